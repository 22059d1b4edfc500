/** The changes between two tables, applied to the first table, make the second one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backendKey } from '../../src/whatif/backend.ts';
import { type Change, changesBetween } from '../../src/whatif/changes.ts';
import { allRoutes, makeTable, type Table } from '../../src/whatif/table.ts';
import { NO_OPTIONS } from '../../src/wiring/options/pod-options.ts';

const ENDPOINT = fc.record({
  host: fc.constantFrom('a.local', 'b.local', '*.local'),
  path: fc.constantFrom('/', '/a', '/a/b'),
  namespace: fc.constantFrom('one', 'two'),
  pod: fc.constantFrom('x-0', 'x-1', 'y-0'),
  port: fc.constantFrom(1, 2),
  words: fc.constantFrom('', 'strip', 'timeout=5s'),
});
const TABLE = fc.array(ENDPOINT, { maxLength: 10 }).map(tableOf);

function tableOf(endpoints: readonly (typeof ENDPOINT extends fc.Arbitrary<infer T> ? T : never)[]): Table {
  const routes = Map.groupBy(endpoints, ({ host, path }) => `${host} ${path}`);
  return makeTable({
    listing: {
      routes: [...routes.values()].map((some) => ({
        host: some[0]?.host ?? '',
        path: some[0]?.path ?? '',
        endpoints: some.map(({ namespace, pod, port, words }, number) => {
          const place = { number, uid: pod, namespace, pod, address: '10.1.1.1', port };
          return { ...place, condition: 'ready' as const, options: { ...NO_OPTIONS, words } };
        }),
      })),
      rejections: [],
    },
    keys: new Map(),
    certificates: new Map(),
    backendOf: ({ namespace, name }) => ({ kind: 'Deployment', namespace, name: name.slice(0, 1) }),
  });
}

/** The pods that serve each route and namespace, and their options. */
function summary(table: Table): Map<string, { readonly who: string; readonly how: string }> {
  const found = new Map<string, { who: string; how: string }>();
  for (const { host, path, served } of allRoutes(table)) {
    const byNamespace = Map.groupBy(served, ({ backend }) => backend.namespace);
    for (const [namespace, some] of byNamespace) {
      const who = [...new Set(some.map(({ backend }) => backendKey(backend)))].join(' ');
      const how = some
        .map(({ backend, port, options }) => `${backend.name}:${port} ${options.text}`)
        .sort()
        .join('|');
      found.set(`${host}${path} ${namespace}`, { who, how });
    }
  }
  return found;
}

function applied(before: Table, changes: readonly Change[]): Map<string, string> {
  const state = new Map([...summary(before)].map(([key, { who }]) => [key, who]));
  for (const change of changes) {
    if (change.change === 'keys' || change.change === 'certificate') continue;
    const key = `${change.host}${change.path} ${change.namespace}`;
    if (change.change === 'won') state.set(key, change.by.map(backendKey).join(' '));
    if (change.change === 'lost') state.delete(key);
    if (change.change === 'workloads') state.set(key, change.after.map(backendKey).join(' '));
  }
  return state;
}

test('the changes turn one table into the other, and each change is listed once', () => {
  fc.assert(
    fc.property(TABLE, TABLE, (before, after) => {
      const changes = changesBetween(before, after, 'segment');
      const expected = new Map([...summary(after)].map(([key, { who }]) => [key, who]));
      assert.deepEqual(applied(before, changes), expected);
      const keys = changes.map((it) => ('path' in it ? `${it.host}${it.path} ${it.namespace}` : it.change));
      assert.equal(new Set(keys).size, keys.length);
      const [was, is] = [summary(before), summary(after)];
      const differ = [...is].filter(
        ([key, { who, how }]) => was.get(key)?.who === who && was.get(key)?.how !== how,
      );
      assert.deepEqual(changes.filter(({ change }) => change === 'options').length, differ.length);
    }),
  );
});

test('a table compared with itself has no changes', () => {
  fc.assert(fc.property(TABLE, (table) => assert.deepEqual(changesBetween(table, table, 'segment'), [])));
});
