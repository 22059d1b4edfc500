/** podway opens the gate of a pod only after every worker routes the pod. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GateChange } from '../../src/cluster/gates/gate-change.ts';
import type { GateWriter } from '../../src/cluster/gates/gate-writer.ts';
import { GateKeeper } from '../../src/control/gate-keeper.ts';
import { GatedPods, type DeclarationState } from '../../src/inventory/gated-pods.ts';
import { keyOf } from '../../src/wiring/object-id.ts';
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
  const table = {
    standing: 'routed' as DeclarationState,
    rejections: [] as Rejection[],
    unknown: false,
    undecided: false,
    judged: 0,
  };
  const pods = new GatedPods({
    declarationState: () => {
      table.judged += 1;
      return table.standing;
    },
    rejections: () => table.rejections,
    isUndecided: () => table.undecided,
    isUnknown: () => table.unknown,
  });
  const changes: string[] = [];
  const asked: GateChange[] = [];
  const writer = {
    counts: { written: 0, failed: 0 },
    isStillNeeded: (_: GateChange): boolean => true,
    request(change: GateChange) {
      asked.push(change);
      changes.push(`${change.pod.uid} ${change.condition.status}`);
    },
    forget: (key: string) => changes.push(`forget ${key}`),
    async run(isStillNeeded: (change: GateChange) => boolean) {
      this.isStillNeeded = isStillNeeded;
    },
  };
  const keeper = new GateKeeper({ type: GATE, pods, writer: writer as unknown as GateWriter });
  void keeper.run(() => undefined, new AbortController().signal);
  return { table, pods, changes, asked, writer, keeper };
}

/** Workers that have applied these revisions; undefined for a worker that does not listen yet. */
const workers = (...applied: (number | undefined)[]) =>
  applied.map((revision, worker) => ({
    worker,
    listening: revision !== undefined,
    applied: revision ?? -1,
  })) as never;

test('a gate is opened after the last worker has the route', () => {
  const { pods, keeper, changes } = setUp();
  pods.podChanged(undefined, pod('a'));
  keeper.published(7, workers(6, 6));
  keeper.settle(workers(7, 6));
  keeper.settle(workers(7, undefined));
  assert.deepEqual(changes, []);
  keeper.settle(workers(7, 7));
  assert.deepEqual(changes, ['a True']);
});

test('later tables do not delay a gate, and its change is requested once', () => {
  const { pods, keeper, changes } = setUp();
  pods.podChanged(undefined, pod('a'));
  keeper.published(7, workers(6));
  keeper.published(8, workers(6));
  keeper.settle(workers(7));
  keeper.published(9, workers(8));
  keeper.settle(workers(9));
  assert.deepEqual(changes, ['a True']);
});

test('a new pod of the same name waits for its own table', () => {
  const { pods, keeper, changes } = setUp();
  pods.podChanged(undefined, pod('a'));
  keeper.published(7, workers(6));
  pods.podChanged(pod('a'), pod('b'));
  keeper.published(8, workers(6));
  keeper.settle(workers(7));
  assert.deepEqual(changes, []);
  keeper.settle(workers(8));
  assert.deepEqual(changes, ['b True']);
});

test('while it is unknown whether the namespace has a key, the pod gets no requests and its gate is not opened', () => {
  const { table, pods, keeper, changes } = setUp();
  table.unknown = true;
  pods.podChanged(undefined, pod('a'));
  keeper.published(7, workers(7));
  assert.deepEqual(changes, []);
  table.unknown = false;
  keeper.published(8, workers(7));
  keeper.settle(workers(8));
  assert.deepEqual(changes, ['a True']);
});

test('a condition that another writer changes is set again, and podway does not repeat its own change', () => {
  const { pods, keeper, changes } = setUp();
  const before = pod('a');
  pods.podChanged(undefined, before);
  keeper.published(7, workers(7));
  const closed = pod('a', { status: 'False', message: 'another writer' });
  pods.podChanged(before, closed);
  keeper.published(8, workers(8));
  const open = pod('a', { status: 'True', message: '' });
  pods.podChanged(closed, open);
  keeper.published(9, workers(9));
  assert.deepEqual(changes, ['a True', 'a True', 'forget shop/web']);
  assert.deepEqual(keeper.figures().pods, { open: 1, waiting: 0, refused: 0 });
});

test('the gate of a terminating pod is not changed', () => {
  const { pods, keeper, changes } = setUp();
  pods.podChanged(undefined, { ...pod('a'), terminating: true });
  pods.podChanged(undefined, { ...pod('b'), name: 'done', phase: 'Succeeded' });
  keeper.published(7, workers(7));
  assert.deepEqual([changes, keeper.figures().pods], [[], { open: 0, waiting: 0, refused: 0 }]);
});

test('the gate of a routed pod whose declarations change waits for the table with the change', () => {
  const { pods, keeper, changes } = setUp();
  const before = pod('a');
  pods.podChanged(undefined, before);
  keeper.published(7, workers(6));
  pods.podChanged(before, { ...before, paths: '8080:/other' });
  keeper.published(8, workers(6));
  keeper.settle(workers(7));
  assert.deepEqual(changes, []);
  keeper.settle(workers(8));
  assert.deepEqual(changes, ['a True']);
});

test('the state of an earlier pod in the table does not count for a new pod of the same name', () => {
  const { table, pods, keeper, changes } = setUp();
  table.undecided = true;
  pods.podChanged(undefined, pod('b'));
  keeper.published(7, workers(7));
  assert.deepEqual(changes, []);
  table.undecided = false;
  table.standing = 'waiting';
  keeper.published(8, workers(8));
  assert.deepEqual(changes, []);
});

test('a requested change that is out of date is not written, and the keeper requests it again', () => {
  const { table, pods, keeper, changes, asked, writer } = setUp();
  pods.podChanged(undefined, pod('a'));
  keeper.published(7, workers(7));
  const [first] = asked as [GateChange];
  assert.equal(writer.isStillNeeded(first), true);
  table.unknown = true;
  assert.equal(writer.isStillNeeded(first), false);
  table.unknown = false;
  keeper.published(8, workers(8));
  assert.deepEqual(changes, ['a True', 'a True']);
  assert.equal(writer.isStillNeeded(asked[1] as GateChange), true);
});

test('the gate of a pod that has changed since is not opened for its earlier state', () => {
  const { pods, keeper, asked, writer } = setUp();
  const before = pod('a');
  pods.podChanged(undefined, before);
  keeper.published(7, workers(7));
  pods.podChanged(before, { ...before, paths: '8080:/other' });
  assert.equal(writer.isStillNeeded(asked[0] as GateChange), false);
});

test('a refusal that another replica words differently is not repeated forever', () => {
  const { table, pods, keeper, changes } = setUp();
  const object = { kind: 'Pod', namespace: 'shop', name: 'web', uid: 'a' };
  table.rejections = [{ object, reason: 'not-port-path', detail: 'x' }];
  const before = pod('a');
  pods.podChanged(undefined, before);
  keeper.published(7, workers(7));
  const other = pod('a', { status: 'False', message: 'in other words' });
  pods.podChanged(before, other);
  keeper.published(8, workers(8));
  assert.deepEqual(changes, ['a False']);
  // Another item is rejected now, and the keeper reports it.
  table.rejections = [{ object, reason: 'not-port-path', detail: 'y' }];
  pods.rejectionsChanged('Pod/shop/web');
  keeper.published(9, workers(9));
  assert.deepEqual(changes, ['a False', 'a False']);
});

test('a message has every refusal with the expected form, and no fact that changes with other pods', () => {
  const { table, pods, keeper, asked } = setUp();
  const object = { kind: 'Pod', namespace: 'shop', name: 'web', uid: 'a' };
  const host = `${'h'.repeat(60)}.`.repeat(3);
  table.rejections = [
    { object, reason: 'host-not-granted', detail: host },
    { object, reason: 'too-many-routes-of-namespace', detail: '3 of 7 routes' },
  ];
  pods.podChanged(undefined, pod('a'));
  keeper.published(7, workers(7));
  const { message } = (asked[0] as GateChange).condition;
  assert.match(
    message,
    /^h.*: refused \(host-not-granted\); expected hosts and paths that .* HOST_GRANTS_LIST\. refused/,
  );
  assert.match(message, /refused \(too-many-routes-of-namespace\); expected at most .* host and path$/);
  assert.doesNotMatch(message, /3 of 7/);
});

test('the keeper and the writer forget a pod that ends', () => {
  const { pods, keeper, changes } = setUp();
  const known = pod('a');
  pods.podChanged(undefined, known);
  keeper.published(7, workers(6));
  pods.podChanged(known, undefined);
  keeper.published(8, workers(8));
  assert.deepEqual(changes, [`forget ${keyOf(known)}`]);
  // The keeper has never seen this pod.
  pods.podChanged(undefined, known);
  pods.podChanged(known, undefined);
  assert.equal(pods.takeTouched().size, 0);
});

test('a replica that shuts down opens no more gates', () => {
  const { pods, keeper, changes, asked, writer } = setUp();
  pods.podChanged(undefined, pod('a'));
  keeper.published(7, workers(7));
  keeper.leave();
  assert.equal(writer.isStillNeeded(asked[0] as GateChange), false);
  pods.podChanged(undefined, { ...pod('b'), name: 'next' });
  keeper.published(8, workers(8));
  assert.deepEqual(changes, ['a True']);
});

test('the cost of a table depends on its changes, not on the number of pods that wait', () => {
  const { pods, keeper, table } = setUp();
  table.standing = 'waiting';
  for (let at = 0; at < 1_000; at += 1) pods.podChanged(undefined, { ...pod(`${at}`), name: `web-${at}` });
  keeper.published(7, workers(7));
  assert.equal(table.judged, 1_000);
  const changed = { ...pod('5'), name: 'web-5' };
  pods.podChanged(changed, changed);
  keeper.published(8, workers(8));
  assert.equal(table.judged, 1_001);
});
