// A large list takes effect in pieces, with turns of the event loop between them, and no table has only a part of the
// list.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Inventory } from '../../src/inventory/inventory.ts';
import type { Pod } from '../../src/wiring/pod.ts';
import { aPod, aSecret } from '../wiring/objects.ts';
import { Cluster, contents, listed } from './cluster.ts';

const MANY = 1_000;
/** Objects that one step may process. */
const PIECE = 300;

function podOf(at: number, ip = '10.0.0.1'): Pod {
  const name = `web-${at}`;
  return aPod({ namespace: `team-${at % 50}`, name, uid: name, hosts: `h${at}.local`, paths: '80:/', ip });
}

const PODS = Array.from({ length: MANY }, (_, at) => podOf(at));

function deliver(inventory: Inventory, pods: readonly Pod[]): void {
  for (const event of listed(pods)) inventory.pods(event);
}

/** Processes the list, and calls `between` at every pause. */
function publish(cluster: Cluster, between: (step: number) => void): number {
  const changes = cluster.inventory.changes(0);
  let steps = 0;
  for (;;) {
    const { done, value } = changes.next();
    if (done === true) {
      if (value !== undefined) cluster.deliver(value);
      return steps;
    }
    between(steps);
    steps += 1;
  }
}

test('a list is processed in pieces, and no table has only a part of it', () => {
  const cluster = new Cluster().list(PODS.slice(0, 10), [aSecret('team-1', 'key')]);
  const { inventory } = cluster;
  const before = inventory.whole();
  deliver(inventory, PODS);
  assert.equal(inventory.intake.isBusy, true);
  let taking = 0;
  publish(cluster, () => {
    if (!inventory.intake.isBusy) return;
    taking += 1;
    assert.equal(inventory.settled, true);
    assert.deepEqual(inventory.whole(), before);
  });
  assert.ok(taking > MANY / PIECE, `${taking} pieces`);
  assert.equal(cluster.routes().length, MANY);
});

test('a small list takes effect immediately', () => {
  const cluster = new Cluster().list([]);
  deliver(cluster.inventory, PODS.slice(0, 100));
  assert.equal(cluster.inventory.intake.isBusy, false);
});

/** An event that arrives at a step. */
type Late =
  | { readonly at: number; readonly kind: 'apply' | 'delete'; readonly pod: number }
  | { readonly at: number; readonly kind: 'list' | 'broken-list'; readonly pods: number }
  | { readonly at: number; readonly kind: 'secret' | 'secret-gone' | 'secrets'; readonly namespace: number };

const at = fc.nat(60);
const late: fc.Arbitrary<Late> = fc.oneof(
  fc.record({ at, kind: fc.constantFrom('apply' as const, 'delete' as const), pod: fc.nat(MANY) }),
  fc.record({
    at,
    kind: fc.constantFrom('list' as const, 'broken-list' as const),
    pods: fc.constantFrom(0, 5, 900),
  }),
  fc.record({
    at,
    kind: fc.constantFrom('secret' as const, 'secret-gone' as const, 'secrets' as const),
    namespace: fc.nat(49),
  }),
);

function play(inventory: Inventory, it: Late): void {
  if (it.kind === 'apply') inventory.pods({ type: 'apply', object: podOf(it.pod, '10.9.9.9') });
  else if (it.kind === 'delete') inventory.pods({ type: 'delete', object: podOf(it.pod) });
  else if (it.kind === 'list') deliver(inventory, PODS.slice(0, it.pods));
  else if (it.kind === 'broken-list') inventory.pods({ type: 'init' });
  else if ('namespace' in it) {
    const secret = aSecret(`team-${it.namespace}`, 'key');
    if (it.kind === 'secret') inventory.secrets({ type: 'apply', object: secret });
    else if (it.kind === 'secret-gone') inventory.secrets({ type: 'delete', object: secret });
    else for (const event of listed([secret])) inventory.secrets(event);
  }
}

test('events between two pieces take effect after the list', () => {
  fc.assert(
    fc.property(fc.array(late, { maxLength: 6 }), fc.constantFrom(0, 700), (events, known) => {
      const ordered = events.toSorted((a, b) => a.at - b.at);
      const [sliced, plain] = [new Cluster(), new Cluster()].map((it) => it.list(PODS.slice(0, known))) as [
        Cluster,
        Cluster,
      ];
      deliver(sliced.inventory, PODS);
      const waiting = [...ordered];
      publish(sliced, (step) => {
        while ((waiting[0]?.at ?? Number.POSITIVE_INFINITY) <= step)
          play(sliced.inventory, waiting.shift() as Late);
      });
      for (const it of waiting) play(sliced.inventory, it);
      sliced.publish();
      deliver(plain.inventory, PODS);
      for (const it of ordered) {
        plain.publish();
        play(plain.inventory, it);
      }
      plain.publish();
      assert.deepEqual(contents(sliced.table), contents(plain.table));
      assert.deepEqual(new Set(sliced.inventory.keys.unknown), new Set(plain.inventory.keys.unknown));
    }),
    { numRuns: 6 },
  );
});
