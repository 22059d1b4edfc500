import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Pod } from '../../src/wiring/pod.ts';
import { aPod } from '../wiring/objects.ts';
import { Cluster, contents } from './cluster.ts';
import { reducedCount } from '../fixtures/wide.ts';

const hostsOf = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => `h${String(from + at).padStart(2, '0')}.com`).join(' ');
const podOf = (namespace: string, hosts: string, name = 'web') =>
  aPod({ namespace, name, hosts, paths: '80:/' });

/** `host namespace...` of every route. */
const tableOf = (cluster: Cluster) =>
  [...cluster.table.routes()].map((it) => [it.host, ...it.namespaces].join(' ')).sort();

const rejected = (cluster: Cluster) =>
  cluster.inventory
    .listing()
    .rejections.map((it) => `${it.object.namespace}/${it.object.name} ${it.reason} ${it.detail}`);

interface Limits {
  readonly maxRoutesPerNamespace?: number;
  readonly maxRoutes?: number;
}

/** Pods, and how many routes each namespace has with them. */
function check(
  name: string,
  limits: Limits,
  pods: readonly Pod[],
  held: Readonly<Record<string, number>>,
): void {
  test(name, () => {
    const cluster = new Cluster('segment', limits).list(pods);
    const counts = Object.fromEntries(Object.keys(held).map((it) => [it, 0]));
    for (const route of cluster.table.routes())
      for (const namespace of route.namespaces) counts[namespace] = (counts[namespace] ?? 0) + 1;
    assert.deepEqual(counts, held);
    const back = new Cluster('segment', limits).list(pods.toReversed());
    assert.deepEqual(contents(back.table), contents(cluster.table));
    assert.deepEqual(rejected(back), rejected(cluster));
  });
}

check(
  'a namespace gets as many routes as the limits allow',
  { maxRoutesPerNamespace: 3, maxRoutes: 5 },
  [podOf('a', hostsOf(0, 3)), podOf('b', hostsOf(3, 2))],
  { a: 3, b: 2 },
);
check(
  'a namespace over its limit loses its excess routes, and other namespaces keep theirs',
  { maxRoutesPerNamespace: 3 },
  [podOf('a', hostsOf(0, 5)), podOf('b', hostsOf(5, 3))],
  { a: 3, b: 3 },
);
check(
  'replicas declare the same routes',
  { maxRoutesPerNamespace: 3 },
  ['x', 'y', 'z'].map((name) => podOf('a', hostsOf(0, 3), name)),
  { a: 3 },
);
check(
  'over the total limit the namespaces with the most routes are cut',
  { maxRoutes: 10 },
  [podOf('a', hostsOf(0, 20)), podOf('b', hostsOf(20, 3)), podOf('c', hostsOf(30, 9))],
  { a: 3, b: 3, c: 3 },
);
check(
  'no namespace is cut below its equal share',
  { maxRoutes: 12 },
  [podOf('a', hostsOf(0, 20)), podOf('b', hostsOf(20, 4)), podOf('c', hostsOf(30, 1))],
  { a: 7, b: 4, c: 1 },
);
check(
  'a route of two namespaces counts once',
  { maxRoutes: 10 },
  ['a', 'b'].map((it) => podOf(it, hostsOf(0, 10))),
  { a: 10, b: 10 },
);
check(
  'with one route over the limit, the largest namespace loses one route',
  { maxRoutes: 10 },
  [podOf('a', hostsOf(0, 10)), podOf('b', hostsOf(0, 10)), podOf('c', 'z.com')],
  { a: 9, b: 9, c: 1 },
);
check(
  'a namespace that declares the hosts of another cuts itself, not the owner',
  { maxRoutes: 6 },
  [podOf('a', hostsOf(0, 60)), podOf('owner', hostsOf(40, 3))],
  { a: 3, owner: 3 },
);

test('a cut route is reported once, and returns when the limit allows it', () => {
  const cluster = new Cluster('segment', { maxRoutesPerNamespace: 2 }).list([]);
  const reported = () => cluster.inventory.takeRejections().appeared.map((it) => it.reason);
  cluster.apply(podOf('a', hostsOf(0, 3)));
  assert.deepEqual(tableOf(cluster), ['h00.com a', 'h01.com a']);
  assert.deepEqual(rejected(cluster), ['a/web too-many-routes-of-namespace 1 of 3 routes, from h02.com/ on']);
  assert.deepEqual(reported(), ['too-many-routes-of-namespace']);
  cluster.apply(podOf('a', 'h.com', 'first'));
  assert.deepEqual(
    tableOf(cluster),
    ['h.com a', 'h00.com a'],
    'the first ones in order, regardless of which arrived first',
  );
  assert.deepEqual(rejected(cluster), ['a/web too-many-routes-of-namespace 2 of 3 routes, from h01.com/ on']);
  assert.deepEqual(reported(), [], 'a changed number is not reported');
  cluster.delete(podOf('a', 'h.com', 'first'));
  cluster.apply(podOf('a', hostsOf(0, 2)));
  assert.deepEqual(tableOf(cluster), ['h00.com a', 'h01.com a']);
  assert.deepEqual(rejected(cluster), []);
});

test('a route that is cut for one namespace leads to the pods of the other', () => {
  const cluster = new Cluster('segment', { maxRoutesPerNamespace: 2 }).list([
    podOf('a', hostsOf(0, 3)),
    podOf('b', 'h02.com'),
  ]);
  assert.deepEqual(tableOf(cluster), ['h00.com a', 'h01.com a', 'h02.com b']);
});

/** The routes within the limits, computed in the simplest way. */
function naive(pods: readonly Pod[], { maxRoutesPerNamespace = 100, maxRoutes = 100 }: Limits): string[] {
  const byNamespace = Map.groupBy(pods, (it) => it.namespace);
  const asked = [...byNamespace].map(([namespace, some]) => {
    const hosts = new Set(some.flatMap((it) => (it.hosts ?? '').split(' ').filter((host) => host !== '')));
    return { namespace, hosts: [...hosts].sort().slice(0, maxRoutesPerNamespace) };
  });
  const at = (level: number) => {
    const routes = new Map<string, string[]>();
    for (const { namespace, hosts } of asked)
      for (const host of hosts.slice(0, level))
        routes.set(host, [...(routes.get(host) ?? []), namespace].sort());
    return routes;
  };
  let level = 100;
  while (at(level).size > maxRoutes) level -= 1;
  return [...at(level)].map(([host, namespaces]) => [host, ...namespaces].join(' ')).sort();
}

const change = fc.record({
  namespace: fc.constantFrom('a', 'b', 'c'),
  name: fc.constantFrom('x', 'y'),
  hosts: fc.uniqueArray(fc.integer({ min: 0, max: 14 }), { maxLength: 8 }),
});

test('after any history, the routes depend on the pods alone and are as many as the limits allow', () => {
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 25 }),
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 0, max: 20 }),
      (changes, maxRoutesPerNamespace, maxRoutes) => {
        const limits = { maxRoutesPerNamespace, maxRoutes };
        const cluster = new Cluster('segment', limits).list([]);
        const pods = new Map<string, Pod>();
        for (const { namespace, name, hosts } of changes) {
          const pod = podOf(namespace, hosts.map((at) => hostsOf(at, 1)).join(' '), name);
          pods.set(`${namespace}/${name}`, pod);
          cluster.apply(pod);
          assert.deepEqual(tableOf(cluster), naive([...pods.values()], limits));
        }
        const fresh = new Cluster('segment', limits).list([...pods.values()]);
        assert.deepEqual(rejected(cluster), rejected(fresh));
        assert.deepEqual(contents(cluster.table), contents(fresh.table));
        for (const pod of pods.values()) cluster.delete(pod);
        assert.deepEqual(cluster.inventory.whole().sets, []);
      },
    ),
    { numRuns: reducedCount(300) },
  );
});
