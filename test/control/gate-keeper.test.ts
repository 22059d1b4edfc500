/** When the gate of a pod is opened: not before every worker routes it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GateWish } from '../../src/cluster/gates/gate-wish.ts';
import type { GateWriter } from '../../src/cluster/gates/gate-writer.ts';
import { GateKeeper } from '../../src/control/gate-keeper.ts';
import { GatedPods, type Standing } from '../../src/inventory/gated-pods.ts';
import { readPod } from '../../src/wiring/pod.ts';
import type { Rejection } from '../../src/wiring/rejection.ts';

const GATE = 'podway.dev/routable';
const NAMES = { hosts: 'h', paths: 'p', options: 'o', gate: GATE };

function pod(uid: string, condition?: { status: string; message: string }) {
  const metadata = { name: 'web', namespace: 'shop', uid };
  const conditions = condition === undefined ? [] : [{ type: GATE, ...condition }];
  const spec = { readinessGates: [{ conditionType: GATE }] };
  const read = readPod({ metadata, spec, status: { phase: 'Running', conditions } }, NAMES);
  assert.ok(read !== undefined);
  return read;
}

function setUp() {
  const table = { standing: 'routed' as Standing, rejections: [] as Rejection[], unknown: false };
  const pods = new GatedPods({
    standing: () => table.standing,
    rejections: () => table.rejections,
    isUnknown: () => table.unknown,
  });
  const wishes: string[] = [];
  const want = ({ pod: { uid }, condition }: GateWish) => wishes.push(`${uid} ${condition.status}`);
  const writer = { want, counts: { written: 0, failed: 0 } } as unknown as GateWriter;
  return { table, pods, wishes, keeper: new GateKeeper({ type: GATE, pods, writer }) };
}

/** Workers that have applied these revisions; undefined: one that does not listen yet. */
const workers = (...applied: (number | undefined)[]) =>
  applied.map((revision, worker) => ({
    worker,
    listening: revision !== undefined,
    applied: revision ?? -1,
  })) as never;

test('it waits for the last worker', () => {
  const { pods, keeper, wishes } = setUp();
  pods.podChanged(undefined, pod('a'));
  keeper.published(7, workers(6, 6));
  keeper.settle(workers(7, 6));
  keeper.settle(workers(7, undefined));
  assert.deepEqual(wishes, []);
  keeper.settle(workers(7, 7));
  assert.deepEqual(wishes, ['a True']);
});

test('later tables do not put it off, and it is asked for once', () => {
  const { pods, keeper, wishes } = setUp();
  pods.podChanged(undefined, pod('a'));
  keeper.published(7, workers(6));
  keeper.published(8, workers(6));
  keeper.settle(workers(7));
  keeper.published(9, workers(8));
  keeper.settle(workers(9));
  assert.deepEqual(wishes, ['a True']);
});

test('a pod that takes over the name waits for its own table', () => {
  const { pods, keeper, wishes } = setUp();
  pods.podChanged(undefined, pod('a'));
  keeper.published(7, workers(6));
  pods.podChanged(pod('a'), pod('b'));
  keeper.published(8, workers(6));
  keeper.settle(workers(7));
  assert.deepEqual(wishes, []);
  keeper.settle(workers(8));
  assert.deepEqual(wishes, ['b True']);
});

test('while nobody knows whether its namespace has a key it gets nothing, and is not opened', () => {
  const { table, pods, keeper, wishes } = setUp();
  table.unknown = true;
  pods.podChanged(undefined, pod('a'));
  keeper.published(7, workers(7));
  assert.deepEqual(wishes, []);
  table.unknown = false;
  keeper.published(8, workers(7));
  keeper.settle(workers(8));
  assert.deepEqual(wishes, ['a True']);
});

test('what somebody else makes of the condition is answered, and the own word is not repeated', () => {
  const { pods, keeper, wishes } = setUp();
  const before = pod('a');
  pods.podChanged(undefined, before);
  keeper.published(7, workers(7));
  const closed = pod('a', { status: 'False', message: 'somebody else' });
  pods.podChanged(before, closed);
  keeper.published(8, workers(8));
  const open = pod('a', { status: 'True', message: '' });
  pods.podChanged(closed, open);
  keeper.published(9, workers(9));
  assert.deepEqual(wishes, ['a True', 'a True']);
  assert.deepEqual(keeper.figures().pods, { open: 1, waiting: 0, refused: 0 });
});

test('pods on their way out are left alone', () => {
  const { pods, keeper, wishes } = setUp();
  pods.podChanged(undefined, { ...pod('a'), terminating: true });
  pods.podChanged(undefined, { ...pod('b'), name: 'done', phase: 'Succeeded' });
  keeper.published(7, workers(7));
  assert.deepEqual([wishes, keeper.figures().pods], [[], { open: 0, waiting: 0, refused: 0 }]);
});
