import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordFailure } from '../../src/routing/ejection.ts';
import { peek, pick } from '../../src/routing/pick.ts';
import type { Endpoint } from '../../src/routing/endpoint.ts';
import { clusterOf, countsOf, endpoint, familyOf, podOf, pods, routeOf, several } from './balance-scene.ts';

const TIMES = { ejectionTime: 10_000, ejectionMaxTime: 60_000 };

const MANY = 100_000;
const USUALLY = 10_000;

interface ShareCase {
  readonly name: string;
  readonly pods: Readonly<Record<string, string>>;
  /** Names of pods that are not ready. */
  readonly unready?: readonly string[];
  readonly ejected?: readonly string[];
  /** Percent of the requests, by the names of pods without their numbers. */
  readonly expected: Readonly<Record<string, number>>;
  readonly requests?: number;
}

const CASES: readonly ShareCase[] = [
  {
    name: 'one pod of ten gets its share and not a tenth',
    pods: { ...several('stable', 9, ''), ...several('canary', 1, 'share=5%') },
    expected: { stable: 95, canary: 5 },
    requests: MANY,
  },
  {
    name: 'nine stable and two canary pods share 80 to 20 (traefik#9436)',
    pods: { ...several('stable', 9, ''), ...several('canary', 2, 'share=20%') },
    expected: { stable: 80, canary: 20 },
  },
  {
    name: 'more canary pods than others',
    pods: { ...several('stable', 1, ''), ...several('canary', 9, 'share=0.5%') },
    expected: { stable: 99.5, canary: 0.5 },
  },
  {
    name: 'two groups of the same share',
    pods: { stable: '', a: 'share=10% group=a', b: 'share=10% group=b', c: 'share=10%' },
    expected: { stable: 70, a: 10, b: 10, c: 10 },
  },
  {
    name: 'one group, regardless of the templates',
    pods: { stable: '', 'canary-0': 'share=10% weight=300', 'canary-1': 'share=10%' },
    expected: { stable: 90, canary: 10 },
  },
  {
    name: 'more than 100 % is scaled',
    pods: { stable: '', a: 'share=60% group=a', b: 'share=60% group=b' },
    expected: { a: 50, b: 50 },
  },
  { name: '0 %', pods: { stable: '', canary: 'share=0%' }, expected: { stable: 100 } },
  { name: '0 %, without other pods', pods: { canary: 'share=0%' }, expected: { canary: 100 } },
  {
    name: '0 %, without other ready pods',
    pods: { stable: '', canary: 'share=0%' },
    unready: ['stable'],
    expected: { canary: 100 },
  },
  {
    name: '0 %, all others are ejected',
    pods: { stable: '', canary: 'share=0%' },
    ejected: ['stable'],
    expected: { stable: 100 },
  },
  { name: '100 %', pods: { stable: '', canary: 'share=100%' }, expected: { canary: 100 } },
  {
    name: '100 %, without a ready pod of the group',
    pods: { stable: '', canary: 'share=100%' },
    unready: ['canary'],
    expected: { stable: 100 },
  },
  {
    name: 'a group without a ready pod gives its share to all others',
    pods: { stable: '', a: 'share=20% group=a', b: 'share=30% group=b' },
    unready: ['a'],
    expected: { stable: 70, b: 30 },
  },
  {
    name: 'a group whose pods are ejected gives its share to all others',
    pods: { stable: '', a: 'share=20% group=a', b: 'share=30% group=b' },
    ejected: ['b'],
    expected: { stable: (50 * 100) / 70, a: (20 * 100) / 70 },
  },
  {
    name: 'only pods with a share are left',
    pods: { stable: '', a: 'share=5%', b: 'share=15%' },
    unready: ['stable'],
    expected: { a: 25, b: 75 },
  },
  {
    name: 'the pod with the fewest requests in flight of each group',
    pods: { ...several('stable', 3, 'lb=least'), ...several('canary', 2, 'lb=least share=12.5%') },
    expected: { stable: 87.5, canary: 12.5 },
  },
];

const FIRST = 200;

for (const one of CASES) test(`shares: ${one.name} (LB-05)`, () => check(one));

/** Checks that the counts are within three sigma of a random choice, also among the first requests. */
function check({ pods: words, unready = [], ejected = [], expected, requests = USUALLY }: ShareCase): void {
  const cluster = clusterOf(words);
  for (const name of unready) cluster.apply(podOf(name, words[name] ?? '', { ready: false }));
  for (const name of ejected) recordFailure(endpoint(cluster, name).health, 0, TIMES);
  const picked = pods(cluster, requests, 1).map(familyOf);
  for (const [count, some] of [
    [requests, picked],
    [FIRST, picked.slice(0, FIRST)],
  ] as const) {
    const counts = countsOf(some);
    assert.deepEqual(
      Object.keys(counts).filter((it) => (expected[it] ?? 0) === 0),
      [],
    );
    for (const [name, percent] of Object.entries(expected)) {
      const part = percent / 100;
      const sigma = Math.sqrt(count * part * (1 - part));
      const seen = counts[name] ?? 0;
      assert.ok(Math.abs(seen - count * part) <= 3 * sigma, `${name}: ${seen} of ${count}, ${percent} %`);
    }
  }
}

test('every worker gives a group its share of the first requests, and workers start at different pods', () => {
  const first = Array.from({ length: 50 }, (_, seed) => {
    const picked = pods(clusterOf({ stable: '', canary: 'share=5%' }, { seed }), FIRST);
    const { canary = 0 } = countsOf(picked);
    assert.ok(Math.abs(canary - 10) <= 2, `${canary} of ${FIRST} with seed ${seed}`);
    return picked.indexOf('canary');
  });
  assert.ok(new Set(first).size > 10, first.join());
});

test('within a group the pods are picked in rotation', () => {
  const picked = pods(clusterOf({ ...several('stable', 3, ''), ...several('canary', 2, 'share=40%') }), 100);
  const of = (family: string) => picked.filter((it) => familyOf(it) === family);
  for (const [at, pod] of of('stable').entries()) assert.equal(pod, `stable-${at % 3}`);
  for (const [at, pod] of of('canary').entries()) assert.equal(pod, `canary-${at % 2}`);
});

test('requests in series of the same length do not all go to one group', () => {
  const picked = pods(clusterOf({ stable: '', canary: 'share=5%' }), 20_000).map((it, at) => ({ it, at }));
  for (let kind = 0; kind < 20; kind += 1) {
    const toCanary = picked.filter(({ it, at }) => at % 20 === kind && it === 'canary').length;
    assert.ok(toCanary > 40 && toCanary < 60, `${toCanary} of 1,000`);
  }
});

test('retries follow shares, too: they reach every pod once, except those of 0 %', () => {
  const words = { 'stable-0': '', 'stable-1': '', canary: 'share=50%', tested: 'share=0%' };
  const route = routeOf(clusterOf(words));
  for (let round = 0; round < 20; round += 1) {
    const tried: Endpoint[] = [];
    for (let next = pick(route, 0, tried); next; next = pick(route, 0, tried)) tried.push(next);
    assert.deepEqual(tried.map(({ pod }) => pod).toSorted(), ['canary', 'stable-0', 'stable-1']);
  }
});

test('reporting the next pod changes no state', () => {
  const cluster = clusterOf({
    ...several('stable', 3, 'weight=3'),
    ...several('canary', 2, 'share=40% lb=least'),
  });
  const route = routeOf(cluster);
  for (let round = 0; round < 200; round += 1) {
    const peeked = [peek(route, 0), peek(route, 0)];
    const picked = pick(route, 0);
    assert.deepEqual(peeked, [picked, picked]);
  }
});

test('a changed share of live pods takes effect immediately, and their observed state is kept (OP-21)', () => {
  const cluster = clusterOf({ stable: '', canary: 'share=5%' });
  pods(cluster, 1_000);
  const before = endpoint(cluster, 'canary');
  before.health.inFlight = 7;
  assert.equal(cluster.apply(podOf('canary', 'share=50%')), true);
  assert.equal(endpoint(cluster, 'canary'), before);
  assert.deepEqual(cluster.gone, []);
  const { canary = 0 } = countsOf(pods(cluster, 1_000));
  assert.ok(canary > 480 && canary < 520, `${canary} of 1,000`);
});
