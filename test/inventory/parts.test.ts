import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partsOf } from '../../src/inventory/delta-parts.ts';
import { pick } from '../../src/routing/pick.ts';
import { aPod, aSecret } from '../wiring/objects.ts';
import { Cluster, contents } from './cluster.ts';

const PATHS = Array.from({ length: 40 }, (_, at) => `80:/p${at}`).join(' ');
const podNamed = (name: string, more: { hosts?: string; ready?: boolean } = {}) =>
  aPod({ name, paths: PATHS, hosts: 'x.com y.com', ip: `10.0.0.${name.charCodeAt(0)}`, ...more });

/** Applies a change to `cluster` in parts; checks the table after each part except the last. */
function inParts(cluster: Cluster, change: () => void, look: (part: number) => void): void {
  change();
  const delta = cluster.inventory.takeDelta() ?? assert.fail();
  const parts = [...partsOf(delta, 16)];
  assert.ok(parts.length > 5, `${parts.length} parts`);
  for (const [at, part] of parts.entries()) {
    cluster.table.apply(structuredClone(part.delta), part.more);
    if (part.more) look(at);
  }
}

test('a change in parts takes effect as a whole with its last part', () => {
  const cluster = new Cluster().list([podNamed('a'), podNamed('b')]);
  const before = contents(cluster.table);
  const turn = () => pick(cluster.table.host('x.com')?.get('/p0') ?? assert.fail(), 0, [])?.pod;
  const turns = [turn()];
  inParts(
    cluster,
    () => {
      cluster.inventory.pods({ type: 'apply', object: podNamed('a', { ready: false }) });
      cluster.inventory.pods({ type: 'apply', object: podNamed('b', { hosts: 'y.com z.com' }) });
      cluster.inventory.pods({ type: 'apply', object: podNamed('c') });
      cluster.inventory.pods({ type: 'apply', object: podNamed('d') });
      cluster.inventory.secrets({ type: 'apply', object: aSecret('test', 'x') });
    },
    () => {
      assert.deepEqual(contents(cluster.table), before);
      turns.push(turn());
    },
  );
  const [first, second] = ['a', 'b'];
  assert.deepEqual(
    turns,
    turns.map((_, at) => (at % 2 === 0 ? first : second)),
    'the rotation continues between the parts',
  );
  const fresh = new Cluster().list(
    [podNamed('a', { ready: false }), podNamed('b', { hosts: 'y.com z.com' }), podNamed('c'), podNamed('d')],
    [aSecret('test', 'x')],
  );
  assert.deepEqual(contents(cluster.table), contents(fresh.table));
});

test('the rotation after a change in parts continues from the last request before it', () => {
  const cluster = new Cluster().list(['a', 'b', 'c'].map((name) => podNamed(name)));
  const route = () => cluster.table.host('x.com')?.get('/p0') ?? assert.fail();
  const turn = () => pick(route(), 0, [])?.pod;
  let last: string | undefined;
  inParts(
    cluster,
    () => cluster.inventory.pods({ type: 'apply', object: podNamed('d') }),
    () => {
      last = turn();
    },
  );
  const order = ['a', 'b', 'c', 'd'];
  const expected = order[(order.indexOf(last ?? '') + 1) % order.length];
  assert.equal(turn(), expected);
});

test('a whole table in parts keeps endpoints, rotations and connections of the routes that stay', () => {
  const cluster = new Cluster().list([podNamed('a'), podNamed('b')]);
  const route = () => cluster.table.host('x.com')?.get('/p0') ?? assert.fail();
  assert.equal(pick(route(), 0, [])?.pod, 'a');
  const endpoints = [...cluster.table.endpoints()];
  const whole = [...partsOf(cluster.inventory.whole(), 16)];
  for (const { delta, more } of whole) cluster.table.apply(structuredClone(delta), more);
  assert.equal(pick(route(), 0, [])?.pod, 'b');
  assert.deepEqual([...cluster.table.endpoints()], endpoints);
  assert.ok([...cluster.table.endpoints()].every((it, at) => it === endpoints[at]));
  assert.deepEqual(cluster.gone, []);
});

test('a running exchange keeps its route when the route changes, and gets no endpoint that is gone', () => {
  const cluster = new Cluster().list([podNamed('a'), podNamed('b')]);
  const route = cluster.table.host('x.com')?.get('/p0') ?? assert.fail();
  cluster.apply(podNamed('c'));
  cluster.delete(podNamed('a'));
  assert.notEqual(cluster.table.host('x.com')?.get('/p0'), route);
  assert.deepEqual(
    ['b', 'b'],
    [0, 0].map((now) => pick(route, now, [])?.pod),
  );
  cluster.apply(podNamed('b', { ready: false }));
  assert.equal(
    pick(route, 0, []),
    undefined,
    'the removed route gives an unready pod no new attempt, either',
  );
});
