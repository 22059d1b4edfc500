import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordAttemptFailure, recentFailures, newHealth } from '../../src/routing/ejection.ts';
import { pick } from '../../src/routing/pick.ts';
import type { Cluster } from '../inventory/cluster.ts';
import { clusterOf, countsOf, endpoint, podOf, pods, routeOf, workerOf } from './balance-scene.ts';

const WORKERS = Array.from({ length: 50 }, (_, seed) => seed);

/** Picks a pod for each request; a request ends immediately or never. */
function underLoad(cluster: Cluster, count: number, endsAt: (pod: string) => boolean): string[] {
  return Array.from({ length: count }, () => {
    const picked = pick(routeOf(cluster), 0);
    assert.ok(picked);
    if (!endsAt(picked.pod)) picked.health.inFlight += 1;
    return picked.pod;
  });
}

test('a pod of low weight gets its part from the first requests on, at every worker (envoy#31378)', () => {
  for (const seed of WORKERS) {
    const picked = pods(clusterOf({ light: 'weight=10', heavy: '' }, { seed }), 110);
    assert.ok(picked.indexOf('light') <= 10, `after ${picked.indexOf('light')} requests`);
    assert.deepEqual(countsOf(picked), { light: 10, heavy: 100 });
  }
});

test('workers start at random pods, so that a pod of low weight gets its part even of few requests', () => {
  const first = WORKERS.map((seed) =>
    pods(clusterOf({ light: 'weight=10', heavy: '' }, { seed }), 11).indexOf('light'),
  );
  assert.ok(new Set(first).size > 5, first.join());
});

for (const lb of ['', 'lb=least'])
  test(`weights count among many pods, too ${lb}`, () => {
    const words = { a: 'weight=1000', b: 'weight=500', c: '', d: 'weight=50' };
    const cluster = clusterOf(
      Object.fromEntries(Object.entries(words).map(([pod, it]) => [pod, `${it} ${lb}`])),
    );
    const counts = countsOf(pods(cluster, 16_500));
    for (const [pod, part] of Object.entries({ a: 1000, b: 500, c: 100, d: 50 })) {
      const sigma = Math.sqrt(16_500 * (part / 1650) * (1 - part / 1650));
      // Two draws without replacement shift some requests from high weights to low ones; see the next test for load.
      const most = lb === '' ? 2 : 3 * sigma;
      assert.ok(Math.abs((counts[pod] ?? 0) - part * 10) <= most, `${pod}: ${counts[pod]} of ${part * 10}`);
    }
  });

test('equal weights of all pods have no effect: the rotation is in strict order', () => {
  assert.equal(pods(clusterOf({ a: 'weight=7', b: 'weight=7', c: 'weight=7' }), 6).join(''), 'abcabc');
});

test('weights continue when pods are added and removed, and a pod that was away does not catch up', () => {
  const cluster = clusterOf({ a: 'weight=300', b: '' });
  pods(cluster, 400);
  cluster.apply(podOf('b', '', { ready: false }));
  pods(cluster, 400);
  cluster.apply(podOf('b', ''));
  const { b = 0 } = countsOf(pods(cluster, 40));
  assert.ok(b >= 9 && b <= 11, `${b} of 40`);
});

test('least: the pod with fewer requests in flight for its weight', () => {
  const cluster = clusterOf({ a: 'lb=least weight=200', b: 'lb=least' });
  underLoad(cluster, 300, () => false);
  const { a, b } = { a: endpoint(cluster, 'a').health.inFlight, b: endpoint(cluster, 'b').health.inFlight };
  assert.ok(Math.abs(a - 200) <= 2 && a + b === 300, `${a} and ${b}`);
});

test('least: an empty pod gets the new requests when other pods have tunnels (apisix#13666)', () => {
  const cluster = clusterOf({ a: 'lb=least', b: 'lb=least' });
  underLoad(cluster, 100, () => false);
  cluster.apply(podOf('c', 'lb=least'));
  const { c = 0 } = countsOf(underLoad(cluster, 45, () => false));
  // The empty pod wins in every pair: it is in two thirds of all pairs of three pods.
  assert.ok(c > 22, `${c} of 45`);
});

test('least: without load all pods are used equally (apisix#7088)', () => {
  const cluster = clusterOf(Object.fromEntries('abcde'.split('').map((it) => [it, 'lb=least'])));
  for (const count of Object.values(countsOf(pods(cluster, 500))))
    assert.ok(count > 70 && count < 130, `${count}`);
});

for (const seed of WORKERS.slice(0, 10))
  test(`least: a pod that fails immediately does not attract requests, seed ${seed} (envoy#39737)`, () => {
    const words = Object.fromEntries('abcdef'.split('').map((it) => [it, 'lb=least']));
    const cluster = clusterOf(words, { seed });
    const picked = underLoad(cluster, 600, (pod) => {
      const { health, options } = endpoint(cluster, pod);
      if (pod === 'c') recordAttemptFailure(health, 0, options.connectTimeout);
      return pod === 'c';
    });
    const { c = 0 } = countsOf(picked);
    assert.ok(c <= 105, `${c} of 600 with six pods`);
  });

test('a failed attempt counts for at least the time of a failure, and at most for twice that time', () => {
  const health = newHealth();
  for (const at of [0, 40, 99, 100, 150, 390]) recordAttemptFailure(health, at, 100);
  assert.equal(recentFailures(health, 390, 100), 1);
  const steady = newHealth();
  for (let at = 0; at < 1_000; at += 10) {
    recordAttemptFailure(steady, at, 100);
    const counted = recentFailures(steady, at, 100);
    assert.ok(counted >= Math.min(10, 1 + at / 10) && counted <= 20, `${counted} at ${at}`);
  }
  assert.equal(recentFailures(steady, 1_200, 100), 0);
});

test('slow start: a tenth, then steadily more, finally its full part (envoy#29259)', () => {
  const clock = { now: 0 };
  const words = Object.fromEntries('abcd'.split('').map((it) => [it, 'slow-start=30s']));
  const cluster = clusterOf(words, { clock });
  clock.now = 100_000;
  cluster.apply(podOf('e', 'slow-start=30s'));
  const part = (after: number) => countsOf(pods(cluster, 1_000, 100_000 + after))['e'] ?? 0;
  const seen = [0, 3_000, 15_000, 30_000].map(part);
  const due = [0.1, 0.1, 0.5, 1].map((it) => (1_000 * it) / (4 + it));
  for (const [at, count] of seen.entries())
    assert.ok(Math.abs(count - (due[at] as number)) <= 5, `${seen.join()} of 1000, not ${due.join()}`);
});

interface RampCase {
  readonly name: string;
  /** When each pod becomes ready, in seconds. */
  readonly ready: Readonly<Record<string, number>>;
  /** Pods that are unready from one second to another. */
  readonly blip?: readonly [pod: string, from: number, to: number];
  /** In seconds. */
  readonly at: number;
  /** Requests of 300. */
  readonly expected: Readonly<Record<string, number>>;
}

const RAMPS: readonly RampCase[] = [
  {
    name: 'all pods start together',
    ready: { a: 1, b: 1, c: 1 },
    at: 2,
    expected: { a: 100, b: 100, c: 100 },
  },
  { name: 'there is only one pod', ready: { a: 1 }, at: 2, expected: { a: 300 } },
  {
    name: 'more than half of them start',
    ready: { a: 0, b: 50, c: 50 },
    at: 51,
    expected: { a: 100, b: 100, c: 100 },
  },
  { name: 'half of them start', ready: { a: 0, b: 50 }, at: 51, expected: { a: 273, b: 27 } },
  {
    name: 'a short unready time does not begin a new start',
    ready: { a: 0, b: 0, c: 0 },
    blip: ['c', 50, 70],
    at: 71,
    expected: { a: 100, b: 100, c: 100 },
  },
  {
    name: 'a long unready time begins a new start',
    ready: { a: 0, b: 0, c: 0 },
    blip: ['c', 50, 80],
    at: 81,
    expected: { a: 143, b: 143, c: 14 },
  },
  {
    name: 'a short unready time does not end a start',
    ready: { a: 0, b: 0, c: 50 },
    blip: ['c', 51, 52],
    at: 65,
    expected: { a: 120, b: 120, c: 60 },
  },
];

for (const one of RAMPS) test(`slow start: ${one.name} (LB-07)`, () => checkRamp(one));

function checkRamp({ ready, blip, at, expected }: RampCase): void {
  const clock = { now: 0 };
  const cluster = workerOf({ clock }).list([]);
  const changes: (readonly [number, string, boolean])[] = Object.entries(ready).map(([pod, when]) => [
    when,
    pod,
    true,
  ]);
  if (blip !== undefined) changes.push([blip[1], blip[0], false], [blip[2], blip[0], true]);
  for (const [when, pod, isReady] of changes.toSorted(([a], [b]) => a - b)) {
    clock.now = when * 1_000;
    cluster.apply(podOf(pod, 'slow-start=30s', { ready: isReady }));
  }
  clock.now = at * 1_000;
  const counts = countsOf(pods(cluster, 300, clock.now));
  for (const [pod, count] of Object.entries(expected))
    assert.ok(Math.abs((counts[pod] ?? 0) - count) <= 2, JSON.stringify(counts));
}
