import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { authorise, COUNTED } from '../../src/routing/authorise.ts';
import type { Pod } from '../../src/wiring/pod.ts';
import type { NamespaceSecret } from '../../src/wiring/secret.ts';
import { aPod, aSecret, secretWith } from '../wiring/objects.ts';
import { presentedKey } from '../fixtures/presented-key.ts';
import { Cluster } from './cluster.ts';
import { reducedCount } from '../fixtures/wide.ts';

const KEY = 'c3VwZXJzZWNyZXQ=';
const OTHER = 'b3RoZXI=';

/** Namespaces whose endpoints the request may reach; `denied` or `keys-unknown` without one. */
function reach(cluster: Cluster, presented: readonly string[], path = '/'): string {
  const route = cluster.table.host('t.local')?.get(path);
  assert.ok(route);
  const grant = authorise(route, cluster.table.keys, presentedKey(presented), COUNTED);
  return typeof grant === 'string'
    ? grant
    : [...new Set(grant.candidates.map((it) => it.namespace))].join(' ');
}

const podIn = (namespace: string, more: { ready?: boolean; paths?: string } = {}): Pod =>
  aPod({ namespace, hosts: 't.local', paths: '80:/', ...more });

/** Presented key header lines (joined by ` | `) and the namespaces reached. */
function check(
  row: string,
  pods: readonly Pod[],
  secrets: readonly NamespaceSecret[],
  cases: Readonly<Record<string, string>>,
) {
  test(row, () => {
    const cluster = new Cluster().list(pods, secrets);
    for (const [presented, expected] of Object.entries(cases)) {
      assert.equal(reach(cluster, presented === '' ? [] : presented.split(' | ')), expected, presented);
    }
  });
}

const DENIED_VALUES = [
  'supersecret',
  'c3vwzxjzzwnyzxq=',
  'c3VwZXJzZWNyZXQ',
  'c3VwZXJzZWNyZXQ==',
  'c3VwZXJz ZWNyZXQ=',
  'c3VwZXJzZWNyZXQK',
  `${KEY},${KEY}`,
  `${KEY}, ${OTHER}`,
  `${KEY};x`,
  `"${KEY}"`,
  `${KEY}\xa0`,
  '\xff\x80',
  'x'.repeat(8192),
  OTHER,
];

check(
  'one keyed namespace (T5, T6, AU-01, AU-02, AU-03, AU-04, AU-05, AU-07, AU-08, AU-09)',
  [podIn('a')],
  [aSecret('a', 'supersecret')],
  {
    [KEY]: 'a',
    '': 'denied',
    [`${KEY} | ${KEY}`]: 'denied',
    [`${KEY} | x`]: 'denied',
    [`x | ${KEY}`]: 'denied',
    ...Object.fromEntries(DENIED_VALUES.map((it) => [it, 'denied'])),
  },
);
check(
  'a route without a keyed namespace accepts any request',
  [podIn('a'), podIn('b')],
  [aSecret('c', 'supersecret')],
  {
    '': 'a b',
    [KEY]: 'a b',
    'x | y': 'a b',
  },
);
check('a Secret without a usable key denies (AU-12)', [podIn('a')], [secretWith('a', { 'api-key': '' })], {
  '': 'denied',
  [KEY]: 'denied',
  ' ': 'denied',
});
check(
  'a keyed and an open namespace on one route (T14, AU-19)',
  [podIn('x'), podIn('y')],
  [aSecret('x', 'supersecret')],
  {
    '': 'y',
    [KEY]: 'x',
    [OTHER]: 'denied',
    [`${KEY} | ${KEY}`]: 'denied',
  },
);
check(
  'two keys and an open namespace (T14)',
  [podIn('x'), podIn('y'), podIn('z')],
  [aSecret('x', 'supersecret'), aSecret('y', 'other')],
  { '': 'z', [KEY]: 'x', [OTHER]: 'y', wrong: 'denied' },
);
check(
  'only two keyed namespaces (T14)',
  [podIn('x'), podIn('y')],
  [aSecret('x', 'supersecret'), aSecret('y', 'other')],
  {
    '': 'denied',
    [KEY]: 'x',
    [OTHER]: 'y',
  },
);
check(
  'namespaces with the same key share the requests',
  [podIn('x'), podIn('y')],
  [aSecret('x', 'supersecret'), aSecret('y', 'supersecret')],
  {
    [KEY]: 'x y',
    '': 'denied',
  },
);
check(
  'a namespace that denies all requests and an open one',
  [podIn('x'), podIn('y')],
  [secretWith('x', {})],
  {
    '': 'y',
    [KEY]: 'denied',
  },
);
check(
  'during a rotation both keys are accepted',
  [podIn('a')],
  [secretWith('a', { 'api-key': KEY, 'api-key.old': OTHER })],
  {
    [KEY]: 'a',
    [OTHER]: 'a',
    '': 'denied',
  },
);
check(
  'unready pods are not candidates, and their key is still required',
  [podIn('x', { ready: false }), podIn('y')],
  [aSecret('x', 'supersecret')],
  {
    [KEY]: '',
    '': 'y',
    [OTHER]: 'denied',
  },
);
check('only unready pods', [podIn('x', { ready: false })], [aSecret('x', 'supersecret')], {
  [KEY]: '',
  '': 'denied',
});

test('an empty header value is a wrong key', () => {
  const cluster = new Cluster().list([podIn('a'), podIn('b')], [aSecret('a', 'supersecret')]);
  assert.equal(reach(cluster, ['']), 'denied');
});

test('paths of one host have the keys of their own namespaces (T13)', () => {
  const cluster = new Cluster().list(
    [podIn('a', { paths: '80:/a' }), podIn('b', { paths: '80:/b' })],
    [aSecret('a', 'supersecret'), aSecret('b', 'other')],
  );
  assert.equal(reach(cluster, [KEY], '/a'), 'a');
  assert.equal(reach(cluster, [KEY], '/b'), 'denied');
  assert.equal(reach(cluster, [OTHER], '/b'), 'b');
});

test('the results are the same for all orders of the events (AU-19)', () => {
  const events: readonly ((it: Cluster) => void)[] = [
    (it) => it.apply(podIn('x')),
    (it) => it.apply(podIn('y')),
    (it) => it.applySecret(aSecret('x', 'supersecret')),
    (it) => it.applySecret(aSecret('z', 'other')),
  ];
  for (const order of permutations(events)) {
    const cluster = new Cluster().list([]);
    for (const event of order) event(cluster);
    assert.deepEqual(
      [reach(cluster, []), reach(cluster, [KEY]), reach(cluster, [OTHER])],
      ['y', 'x', 'denied'],
    );
  }
});

test('rotation and deletion of the Secret take effect immediately, also on shared routes (E9, E10, AU-17)', () => {
  const cluster = new Cluster().list([podIn('x'), podIn('y')], [aSecret('x', 'supersecret')]);
  assert.equal(reach(cluster, [KEY]), 'x');
  cluster.applySecret(aSecret('x', 'other'));
  assert.deepEqual([reach(cluster, [KEY]), reach(cluster, [OTHER])], ['denied', 'x']);
  cluster.deleteSecret(aSecret('x', 'other'));
  assert.deepEqual([reach(cluster, [KEY]), reach(cluster, [])], ['x y', 'x y']);
});

test('only the exact key on exactly one line is accepted (AU-31)', () => {
  const cluster = new Cluster().list([podIn('a')], [aSecret('a', 'supersecret')]);
  const near = fc
    .tuple(fc.nat(KEY.length), fc.constantFrom('', ' ', '=', 'A', '\xff'))
    .map(([at, it]) => KEY.slice(0, at) + it + KEY.slice(at + 1));
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), near, fc.constant(KEY)), { maxLength: 3 }), (lines) => {
      const right = lines.length === 1 && lines[0] === KEY;
      assert.equal(reach(cluster, lines), right ? 'a' : 'denied');
    }),
    { numRuns: reducedCount(1000) },
  );
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((it, at) => permutations(items.toSpliced(at, 1)).map((rest) => [it, ...rest]));
}

test('the remembered choices among namespaces are bounded, and one that is in use continues', () => {
  const names = Array.from('abcdefghij');
  const cluster = new Cluster().list(names.map((it) => podIn(it)));
  const route = cluster.table.host('t.local')?.get('/');
  assert.ok(route);
  const held = route.grantTo(['a', 'b']);
  assert.equal(route.grantTo(['a', 'b']), held);
  for (let bits = 1; bits < 1_000; bits += 1) {
    const some = names.filter((_, at) => (bits & (1 << at)) !== 0);
    assert.equal(route.grantTo(some).candidates.length, some.length);
  }
  assert.notEqual(route.grantTo(['a', 'b']), held, 'forgotten');
  assert.equal(held.candidates.length, 2);
  cluster.apply(podIn('b', { ready: false }));
  assert.deepEqual(
    held.candidates.map((it) => it.namespace),
    ['a'],
  );
});
