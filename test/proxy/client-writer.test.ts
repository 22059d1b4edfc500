import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { BufferBudget, LOW_WATERMARK } from '../../src/proxy/bytes/buffer-budget.ts';
import { WorkerCounts } from '../../src/proxy/counts/worker-counts.ts';
import { LoopTurn } from '../../src/proxy/bytes/loop-turn.ts';
import { ClientWriter, type Counted } from '../../src/proxy/downstream/client-writer.ts';
import { IndexedSet } from '../../src/proxy/load/indexed-set.ts';

const IDLE = 1_000;

/** A client that takes one write each time the test allows it. */
function slowClient() {
  const taken: (() => void)[] = [];
  const stream = new Writable({
    highWaterMark: LOW_WATERMARK,
    write: (_chunk, _encoding, done) => void taken.push(done),
  });
  const clock = { now: 0 };
  const needs = {
    clock,
    turn: new LoopTurn(),
    counts: new WorkerCounts(),
    budget: new BufferBudget(1_000_000),
    backlog: new IndexedSet<'backlogIndex', Counted>('backlogIndex'),
  };
  const writer = new ClientWriter(needs, stream as never);
  stream.on('drain', () => writer.drained());
  const send = (size: number) =>
    writer.send({ text: '', buf: Buffer.alloc(size), start: 0, end: size, tail: '' });
  return { clock, needs, writer, send, take: () => taken.shift()?.() };
}

test('a client that takes some bytes now and then is moving; a client that takes none is not', () => {
  const { clock, needs, writer, send, take } = slowClient();
  for (let write = 0; write < 4; write += 1) send(20_000);
  assert.ok(writer.full);
  assert.equal(needs.budget.used, 80_000);
  for (let write = 0; write < 3; write += 1) {
    clock.now += IDLE - 1;
    assert.ok(writer.isMoving(IDLE));
    take();
    assert.ok(writer.isMoving(IDLE));
    assert.equal(writer.idleDeadline(IDLE), clock.now + IDLE);
  }
  clock.now += IDLE;
  assert.ok(!writer.isMoving(IDLE));
  assert.equal(needs.budget.used, 20_000);
});

test('the end is sent after all bytes', async () => {
  const { writer, send, take } = slowClient();
  for (let write = 0; write < 3; write += 1) send(20_000);
  const flushed = new Promise<void>((resolve) => writer.end(resolve));
  take();
  take();
  assert.equal(writer.queued, 20_000);
  take();
  await flushed;
  writer.count();
  assert.equal(writer.queued, 0);
});

test('an empty queue is neither moving nor counted, and its time starts again', () => {
  const { clock, needs, writer, send, take } = slowClient();
  send(100);
  writer.flush();
  assert.ok(!writer.full);
  assert.deepEqual([needs.backlog.size, writer.backlogIndex], [1, 0]);
  take();
  clock.now += 10 * IDLE;
  assert.ok(!writer.isMoving(IDLE));
  assert.equal(needs.backlog.size, 0);
  assert.equal(needs.budget.used, 0);
  send(100);
  writer.flush();
  assert.ok(writer.isMoving(IDLE));
  writer.discard();
  assert.equal(needs.budget.used, 0);
  assert.equal(needs.backlog.size, 0);
});

test('the answer of a pod is unread until all its bytes have left, regardless of what podway sends before and after it', () => {
  const { writer, send, take } = slowClient();
  const isUnread = () => {
    writer.count();
    return writer.isAnswerUnread;
  };
  send(20_000);
  assert.ok(!isUnread());
  send(20_000);
  writer.sentForPod();
  send(20_000);
  for (const expected of [true, true, false]) {
    assert.equal(isUnread(), expected);
    take();
  }
  assert.ok(!isUnread());
  send(100);
  assert.ok(!isUnread());
  writer.sentForPod();
  writer.flush();
  assert.ok(isUnread());
  writer.discard();
  assert.ok(!writer.isAnswerUnread);
});
