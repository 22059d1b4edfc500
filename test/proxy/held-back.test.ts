import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turnEnds } from 'node:timers/promises';
import { BodyReader } from '../../src/http1/body-reader.ts';
import { chunkAfter, chunkBefore } from '../../src/http1/body-writer.ts';
import { ResponseHead } from '../../src/http1/response-head.ts';
import { BufferBudget, LOW_WATERMARK } from '../../src/proxy/bytes/buffer-budget.ts';
import { WorkerCounts } from '../../src/proxy/counts/worker-counts.ts';
import { LoopTurn } from '../../src/proxy/bytes/loop-turn.ts';
import { StreamDrain } from '../../src/proxy/drain/stream-drain.ts';
import { ClientWriter, type Counted } from '../../src/proxy/downstream/client-writer.ts';
import type { Downstream } from '../../src/proxy/exchange/ends.ts';
import { ResponseBody } from '../../src/proxy/exchange/response-body.ts';
import { SocketWriter } from '../../src/proxy/bytes/socket-writer.ts';
import { MAX_JOINED_BODY_BYTES } from '../../src/proxy/bytes/write-parts.ts';
import { IndexedSet } from '../../src/proxy/load/indexed-set.ts';

/** A peer that takes one write each time the test allows it. */
function slowPeer() {
  const pending: (() => void)[] = [];
  const taken: string[] = [];
  const stream = new Duplex({
    highWaterMark: LOW_WATERMARK,
    decodeStrings: true,
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      pending.push(() => {
        taken.push(chunk.toString('latin1'));
        done();
      });
    },
  });
  const take = (): boolean => {
    const next = pending.shift();
    next?.();
    return next !== undefined;
  };
  const needs = {
    clock: { now: 0 },
    turn: new LoopTurn(),
    counts: new WorkerCounts(),
    streams: new StreamDrain({ now: 0, add: () => undefined }),
    budget: new BufferBudget(1_000_000),
    backlog: new IndexedSet<'backlogIndex', Counted>('backlogIndex'),
  };
  return { stream, needs, taken, take };
}

const part = (text: string) => ({ text, buf: Buffer.alloc(0), start: 0, end: 0, tail: '' });

test('bytes of one turn are written in order, even if the client takes some of them in the meantime', async () => {
  const { stream, needs, taken, take } = slowPeer();
  const writer = new ClientWriter(needs, stream);
  stream.on('drain', () => writer.drained());
  for (const letter of 'ABCD') writer.send(part(letter.repeat(9_000)));
  const flushed = new Promise<void>((resolve) => writer.end(resolve));
  // All within the turn: Node.js reports later events in ticks.
  while (take())
    for (let tick = 0; tick < 5; tick += 1) await new Promise<void>((resolve) => process.nextTick(resolve));
  while (stream.writableLength > 0 || take()) {
    take();
    await turnEnds();
  }
  await flushed;
  assert.equal(taken.join('').replaceAll(/(.)\1+/g, '$1'), 'ABCD');
  assert.equal(taken.join('').length, 4 * 9_000);
});

test('a pod that podway stopped reading is read again, however few bytes were left when the client drained', async () => {
  for (const piece of [5_000, 8_193, 9_000, 12_000, 15_900, 16_383]) {
    const { stream, needs, take } = slowPeer();
    const writer = new ClientWriter(needs, stream);
    const head = new ResponseHead();
    head.accelBuffering = 'no';
    const downstream = {
      sendQueue: writer,
      write: (buf: Buffer, start: number, end: number) =>
        writer.send({ text: '', buf, start, end, tail: '' }) ? 'kept' : 'free',
    } as unknown as Downstream;
    const exchange = { downstream, request: undefined, complete: () => undefined };
    const body = new ResponseBody(head, exchange, needs, 1_000_000);
    let resumed = false;
    stream.on('drain', () => {
      writer.drained();
      resumed ||= body.unstalled();
    });
    for (let read = 0; read < 10 && !body.stalled; read += 1) {
      body.write(Buffer.alloc(piece), 0, piece, undefined);
      await turnEnds();
    }
    assert.ok(body.stalled);
    while (take()) await turnEnds();
    assert.ok(resumed, `reads of ${piece}`);
  }
});

test('no write keeps a reference to the buffer that clients share, for any framing around the bytes', () => {
  for (const last of [false, true]) {
    for (let size = MAX_JOINED_BODY_BYTES - 20; size <= MAX_JOINED_BODY_BYTES; size += 1) {
      const { stream, needs } = slowPeer();
      const writer = new SocketWriter(stream, needs.turn);
      const reader = new BodyReader('chunked', 0, 'strict');
      const pass = (bytes: Buffer): boolean => {
        reader.read(bytes, 0, bytes.length);
        const { dataStart: start, dataEnd: end, done } = reader;
        const [text, tail] = [chunkBefore(end - start), chunkAfter(end - start, done ? '' : undefined)];
        return writer.write({ text, buf: bytes, start, end, tail });
      };
      const end = last ? '\r\n0\r\n\r\n' : '';
      pass(Buffer.from(`${(last ? size - end.length : 1_000_000).toString(16)}\r\n`));
      const isKept = pass(Buffer.from('x'.repeat(size - end.length) + end));
      assert.equal(reader.done, last);
      assert.equal(isKept, false, `${size} bytes`);
    }
  }
});
