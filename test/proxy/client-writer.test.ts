import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { BufferBudget, LOW_WATERMARK } from '../../src/proxy/bytes/buffer-budget.ts';
import { WorkerCounts } from '../../src/proxy/counts/worker-counts.ts';
import { LoopTurn } from '../../src/proxy/bytes/loop-turn.ts';
import { ClientWriter } from '../../src/proxy/downstream/client-writer.ts';
import type { Plane } from '../../src/proxy/plane.ts';
import { workerSettings } from '../fixtures/settings.ts';

const IDLE = 1_000;

/** A client that takes one write when it is told to. */
function slowClient() {
  const taken: (() => void)[] = [];
  const stream = new Writable({
    highWaterMark: LOW_WATERMARK,
    write: (_chunk, _encoding, done) => void taken.push(done),
  });
  const clock = { now: 0 };
  const plane = {
    settings: workerSettings({ clientIdleTimeout: IDLE }),
    clock,
    turn: new LoopTurn(),
    ledger: new WorkerCounts(),
    budget: new BufferBudget(1_000_000, 1_000_000),
    backlog: new Set<ClientWriter>(),
  };
  // The outbox knows no more of a plane than this.
  const outbox = new ClientWriter(plane as unknown as Plane, stream as never);
  stream.on('drain', () => outbox.drained());
  const send = (size: number) =>
    outbox.send({ text: '', buf: Buffer.alloc(size), start: 0, end: size, tail: '' });
  return { clock, plane, outbox, send, take: () => taken.shift()?.() };
}

test('a client that takes something now and then is moving; one that takes nothing is not', () => {
  const { clock, plane, outbox, send, take } = slowClient();
  for (let write = 0; write < 4; write += 1) send(20_000);
  assert.ok(outbox.full);
  assert.equal(plane.budget.used, 80_000);
  for (let write = 0; write < 3; write += 1) {
    clock.now += IDLE - 1;
    assert.ok(outbox.moving);
    take();
    assert.ok(outbox.moving);
    assert.equal(outbox.patience, clock.now + IDLE);
  }
  clock.now += IDLE;
  assert.ok(!outbox.moving);
  assert.equal(plane.budget.used, 20_000);
});

test('the end comes behind everything that was sent', async () => {
  const { outbox, send, take } = slowClient();
  for (let write = 0; write < 3; write += 1) send(20_000);
  const flushed = new Promise<void>((resolve) => outbox.end(resolve));
  take();
  take();
  assert.equal(outbox.queued, 20_000);
  take();
  await flushed;
  outbox.look();
  assert.equal(outbox.queued, 0);
});

test('an empty queue is neither moving nor counted, and starts its patience anew', () => {
  const { clock, plane, outbox, send, take } = slowClient();
  send(100);
  outbox.flush();
  assert.ok(!outbox.full);
  assert.deepEqual([...plane.backlog], [outbox]);
  take();
  clock.now += 10 * IDLE;
  assert.ok(!outbox.moving);
  assert.equal(plane.backlog.size, 0);
  assert.equal(plane.budget.used, 0);
  send(100);
  outbox.flush();
  assert.ok(outbox.moving);
  outbox.discard();
  assert.equal(plane.budget.used, 0);
  assert.equal(plane.backlog.size, 0);
});
