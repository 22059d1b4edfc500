import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RouteName } from '../../src/boundary/delta.ts';
import type { PathMatch } from '../../src/whatif/answering-route.ts';
import { answeringRoute } from '../../src/whatif/answering-route.ts';
import type { TableRoute } from '../../src/whatif/table.ts';
import { routeTable } from '../fixtures/route-table.ts';
import { delta, recordsOf } from '../fixtures/table-delta.ts';

const HOST = fc.constantFrom('a.b.c', 'x.b.c', 'b.c', '*.b.c', '*.c', '*.a.b.c', '10.0.0.1', '[::1]');
const PATH = fc.constantFrom('/', '/a', '/a/', '/a/b', '/ab', '/a/b/', '/a/bc/d', '/b');
const ROUTES = fc.array(fc.record({ host: HOST, path: PATH }), { maxLength: 12 });
const MATCH = fc.constantFrom<PathMatch>('segment', 'prefix');

test('check finds the same route as a worker', () => {
  fc.assert(
    fc.property(
      ROUTES,
      HOST.filter((it) => !it.startsWith('*')),
      PATH,
      MATCH,
      (names, host, path, pathMatch) => {
        const routes = new Map<string, Map<string, TableRoute>>();
        for (const name of names) {
          const paths = routes.get(name.host) ?? new Map<string, TableRoute>();
          routes.set(name.host, paths.set(name.path, { ...name, served: [] }));
        }
        const worker = routeTable({ pathMatch });
        const endpoint = {
          uid: 'u',
          namespace: 'n',
          pod: 'p',
          address: '10.1.1.1',
          port: 1,
          condition: 'ready' as const,
        };
        const checked = [...routes.values()].flatMap((it) => [...it.values()]);
        worker.apply(
          delta(recordsOf(checked.map((it) => ({ host: it.host, path: it.path, endpoints: [endpoint] })))),
        );
        const found = worker
          .host(host)
          ?.fitting(path)
          .find((it) => it.kind === 'route');
        const expected: RouteName | undefined = found && { host: found.host, path: found.path };
        const answered = answeringRoute({ routes }, { host, path }, pathMatch);
        assert.deepEqual(answered && { host: answered.host, path: answered.path }, expected);
      },
    ),
  );
});
