import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turnEnds } from 'node:timers/promises';
import { RequestHead } from '../../src/http1/request-head.ts';
import { ResponseParser } from '../../src/http1/response-parser.ts';
import { BufferBudget, LOW_WATERMARK } from '../../src/proxy/bytes/buffer-budget.ts';
import type { DownstreamConnection } from '../../src/proxy/downstream/http1/downstream-connection.ts';
import { WorkerCounts } from '../../src/proxy/counts/worker-counts.ts';
import { LoopTurn } from '../../src/proxy/bytes/loop-turn.ts';
import { ClientWriter } from '../../src/proxy/downstream/client-writer.ts';
import type { Plane } from '../../src/proxy/plane.ts';
import { RequestBody } from '../../src/proxy/exchange/request-body.ts';
import { ResponseRelay } from '../../src/proxy/exchange/response-relay.ts';
import { SocketWriter } from '../../src/proxy/bytes/socket-writer.ts';
import { JOINED_BODY } from '../../src/proxy/bytes/write-parts.ts';
import { workerSettings } from '../fixtures/settings.ts';

/** A peer that takes one write when it is told to. */
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
  const plane = {
    settings: workerSettings({}),
    clock: { now: 0 },
    turn: new LoopTurn(),
    ledger: new WorkerCounts(),
    budget: new BufferBudget(1_000_000, 1_000_000),
    backlog: new Set<ClientWriter>(),
  } as unknown as Plane;
  return { stream, plane, taken, take };
}

const part = (text: string) => ({ text, buf: Buffer.alloc(0), start: 0, end: 0, tail: '' });

test('what is sent in one turn leaves in order, also when the client takes some of it meanwhile', async () => {
  const { stream, plane, taken, take } = slowPeer();
  const outbox = new ClientWriter(plane, stream);
  stream.on('drain', () => outbox.drained());
  for (const letter of 'ABCD') outbox.send(part(letter.repeat(9_000)));
  const flushed = new Promise<void>((resolve) => outbox.end(resolve));
  // Within the turn: what Node tells later it tells by ticks.
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

test('a pod that was held back is read again, however little the client had left when it drained', async () => {
  for (const piece of [5_000, 8_193, 9_000, 12_000, 15_900, 16_383]) {
    const { stream, plane, take } = slowPeer();
    const outbox = new ClientWriter(plane, stream);
    const parser = new ResponseParser({ line: 8_192, head: 8_192, fields: 100 });
    const head = Buffer.from('HTTP/1.1 200 OK\r\nX-Accel-Buffering: no\r\nContent-Length: 1000000\r\n\r\n');
    parser.parse(head, 0, head.length);
    const downstream = { outbox, plane } as unknown as DownstreamConnection;
    const options = { headOnly: false, minor: 1, keepAlive: true, trailers: false, date: '' } as const;
    const relay = new ResponseRelay(downstream, parser.head, options);
    let resumed = false;
    stream.on('drain', () => {
      outbox.drained();
      resumed ||= relay.unblocked();
    });
    for (let read = 0; read < 10 && !relay.blocked; read += 1) {
      relay.receive(Buffer.alloc(piece), 0, piece);
      await turnEnds();
    }
    assert.ok(relay.blocked);
    while (take()) await turnEnds();
    assert.ok(resumed, `reads of ${piece}`);
  }
});

test('no write keeps a hold of the buffer that clients share, whatever framing goes around the bytes', () => {
  for (const last of [false, true]) {
    for (let size = JOINED_BODY - 20; size <= JOINED_BODY; size += 1) {
      const { stream, plane } = slowPeer();
      const request = new RequestHead();
      request.framing = 'chunked';
      const body = new RequestBody(request, 0);
      body.open(new SocketWriter(stream, plane.turn));
      const end = last ? '\r\n0\r\n\r\n' : '';
      const line = `${(last ? size - end.length : 1_000_000).toString(16)}\r\n`;
      body.relay(Buffer.from(line), 0, line.length);
      const bytes = Buffer.from('x'.repeat(size - end.length) + end);
      body.relay(bytes, 0, bytes.length);
      assert.equal(body.done, last);
      assert.equal(body.retained, false, `${size} bytes`);
    }
  }
});
