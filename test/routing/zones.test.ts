import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordFailure } from '../../src/routing/ejection.ts';
import { countsOf, endpoint, podOf, pods, workerOf } from './balance-scene.ts';

const TIMES = { ejectionTime: 10_000, ejectionMaxTime: 60_000 };

interface ZoneCase {
  readonly name: string;
  /** The number of pods in each zone; `-`: the zone is not known. */
  readonly pods: Readonly<Record<string, number>>;
  readonly words?: string;
  /** The zone of the router; '': not known, or no preference. */
  readonly zone?: string;
  readonly ejected?: readonly string[];
  /** Percent of the requests by zone. */
  readonly expected: Readonly<Record<string, number>>;
}

const CASES: readonly ZoneCase[] = [
  {
    name: 'equally many pods in each zone: all requests stay in the zone',
    pods: { a: 3, b: 3, c: 3 },
    expected: { a: 100 },
  },
  { name: 'more pods in the local zone', pods: { a: 4, b: 1 }, expected: { a: 100 } },
  {
    name: '4, 4 and 3 pods, from a zone of four pods (kubernetes#122437)',
    pods: { a: 4, b: 4, c: 3 },
    expected: { a: 100 },
  },
  {
    name: '4, 4 and 3 pods, from the zone of three pods: the excess goes to other zones',
    pods: { a: 3, b: 4, c: 4 },
    expected: { a: 900 / 11, b: 100 / 11, c: 100 / 11 },
  },
  { name: 'no pod is in the local zone', pods: { b: 2, c: 2 }, expected: { b: 50, c: 50 } },
  { name: 'all pods are in the local zone', pods: { a: 2 }, expected: { a: 100 } },
  { name: 'the zone of podway is unknown', pods: { a: 2, b: 2 }, zone: '', expected: { a: 50, b: 50 } },
  { name: 'the zone of some pods is unknown', pods: { a: 1, '-': 1 }, expected: { a: 50, '-': 50 } },
  { name: 'the preference is off', pods: { a: 2, b: 2 }, words: 'zone=off', expected: { a: 50, b: 50 } },
  {
    name: 'ejected pods get no requests',
    pods: { a: 2, b: 2 },
    ejected: ['a-0'],
    expected: { a: 200 / 3, b: 100 / 3 },
  },
  { name: 'all local pods are ejected', pods: { a: 1, b: 2 }, ejected: ['a-0'], expected: { b: 100 } },
  { name: 'least', pods: { a: 3, b: 3, c: 3 }, words: 'lb=least', expected: { a: 100 } },
];

const TOTAL = 10_000;

for (const one of CASES) test(`zones: ${one.name}`, () => check(one));

function check({ pods: zones, words = '', zone = 'a', ejected = [], expected }: ZoneCase): void {
  const cluster = workerOf({ settings: { zone } }).list(podsOf(zones, words));
  for (const name of ejected) recordFailure(endpoint(cluster, name).health, 0, TIMES);
  const counts = countsOf(pods(cluster, TOTAL, 1), zoneOf);
  for (const name of Object.keys(zones)) {
    const [seen, due] = [counts[name] ?? 0, ((expected[name] ?? 0) * TOTAL) / 100];
    assert.ok(Math.abs(seen - due) <= TOTAL / 200, `${name}: ${seen} of ${due}`);
  }
}

function podsOf(zones: Readonly<Record<string, number>>, words: string) {
  return Object.entries(zones).flatMap(([zone, count]) =>
    Array.from({ length: count }, (_, at) =>
      podOf(`${zone === '-' ? 'z' : zone}-${at}`, words, zone === '-' ? {} : { zone }),
    ),
  );
}

function zoneOf(pod: string): string {
  const [zone = ''] = pod.split('-');
  return zone === 'z' ? '-' : zone;
}

test('routers of all zones together give each pod equally many requests', () => {
  const zones = { a: 3, b: 4, c: 4 };
  const all = Object.keys(zones).flatMap((zone) =>
    pods(workerOf({ settings: { zone } }).list(podsOf(zones, '')), TOTAL),
  );
  const fair = (3 * TOTAL) / 11;
  for (const [pod, count] of Object.entries(countsOf(all)))
    assert.ok(Math.abs(count - fair) < fair / 50, `${pod}: ${count} of ${fair}`);
});

test('shares take precedence over zones', () => {
  const zoned = ['a', 'b'].flatMap((zone) => [
    podOf(`stable-${zone}`, '', { zone }),
    podOf(`canary-${zone}`, 'share=10%', { zone }),
  ]);
  const counts = countsOf(pods(workerOf({ settings: { zone: 'a' } }).list(zoned), 1_000));
  assert.deepEqual(Object.keys(counts).toSorted(), ['canary-a', 'stable-a']);
  assert.ok(Math.abs((counts['canary-a'] ?? 0) - 100) <= 2);
});

test('a pod gets its zone when it is scheduled, after its route is known', () => {
  const cluster = workerOf({ settings: { zone: 'a' } }).list([
    podOf('near', '', { phase: 'Pending', ip: undefined }),
    podOf('far', '', { zone: 'b' }),
  ]);
  assert.equal(cluster.apply(podOf('near', '', { zone: 'a' })), true);
  assert.deepEqual(countsOf(pods(cluster, 100)), { near: 100 });
});
