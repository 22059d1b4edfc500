import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findRoute } from '../../src/cli/local/find-route.ts';
import { match } from '../../src/routing/match.ts';
import { pathViews } from '../../src/wiring/path.ts';
import { routeTable } from '../fixtures/route-table.ts';
import { delta, recordsOf } from '../fixtures/table-delta.ts';
import { reducedCount } from '../fixtures/wide.ts';

const HOST = fc.constantFrom('a.b.com', 'b.com', 'x.a.b.com', 'y.x.a.b.com', 'com', 'other.com');
const ROUTE_HOST = fc.oneof(
  HOST,
  HOST.map((host) => `*.${host}`),
);
const PATH = fc
  .array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 3 })
  .chain((segments) =>
    fc.boolean().map((slash) => `/${segments.join('/')}${slash && segments.length > 0 ? '/' : ''}`),
  );

for (const pathMatch of ['segment', 'prefix'] as const) {
  test(`podway local finds the same route as a worker, PATH_MATCH=${pathMatch}`, () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ host: ROUTE_HOST, path: PATH }), {
          selector: ({ host, path }) => host + path,
        }),
        HOST,
        PATH,
        (names, host, path) => {
          const routes = names.map((name) => ({ ...name, endpoints: [] }));
          const table = routeTable({ pathMatch });
          table.apply(delta(recordsOf(routes)));
          const routed = table.host(host);
          const views = pathViews(path);
          const found = routed && views && match(routed, views);
          assert.notEqual(found, 'ambiguous');
          const expected =
            typeof found === 'object' ? (found.kind === 'route' ? found : found.route) : undefined;
          const actual = findRoute(routes, { host, path }, pathMatch);
          assert.equal(actual && actual.host + actual.path, expected && expected.host + expected.path);
        },
      ),
      {
        numRuns: reducedCount(300),
        examples: [
          [
            [
              { host: 'a', path: '/ab' },
              { host: 'a', path: '/ab/' },
            ],
            'a',
            '/ab',
          ],
        ],
      },
    );
  });
}
