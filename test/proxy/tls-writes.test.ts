import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turnEnds } from 'node:timers/promises';
import { connect as connectSecurely, createSecureContext, TLSSocket } from 'node:tls';
import fc from 'fast-check';
import { BufferBudget, LOW_WATERMARK } from '../../src/proxy/bytes/buffer-budget.ts';
import { LoopTurn } from '../../src/proxy/bytes/loop-turn.ts';
import { WorkerCounts } from '../../src/proxy/counts/worker-counts.ts';
import { ClientWriter, type Counted } from '../../src/proxy/downstream/client-writer.ts';
import { makeCertificate } from '../fixtures/certificates.ts';
import { IndexedSet } from '../../src/proxy/load/indexed-set.ts';

const certificate = await makeCertificate({});
const secureContext = createSecureContext({ key: certificate.key, cert: certificate.chain });
const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
// It does not keep the process alive.
server.unref();

/** A TLS client, and the server's stream for it. */
async function tlsClient(): Promise<{ client: Duplex; stream: TLSSocket }> {
  const raw = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  const options = { isServer: true, secureContext, highWaterMark: LOW_WATERMARK };
  const stream = new TLSSocket(accepted, options);
  const client = connectSecurely({ socket: raw, rejectUnauthorized: false });
  await Promise.all([once(client, 'secureConnect'), once(stream, 'secure')]);
  return { client, stream };
}

/** A writer on the stream. `allocated`: the number of new blocks of memory. */
function writerOn(stream: TLSSocket) {
  const budget = new BufferBudget(1e9);
  const blocks = new Set<ArrayBufferLike>();
  const recording = Object.assign(budget, {
    allocate: ((allocate) => (size: number) => {
      const piece = allocate(size);
      if (size > 40_000) blocks.add(piece.buffer);
      return piece;
    })(budget.allocate),
  });
  const needs = {
    clock: { now: 0 },
    turn: new LoopTurn(),
    counts: new WorkerCounts(),
    budget: recording,
    backlog: new IndexedSet<'backlogIndex', Counted>('backlogIndex'),
  };
  const writer = new ClientWriter(needs, stream);
  stream.on('drain', () => writer.drained());
  return { writer, blocks };
}

const part = fc.record({
  text: fc.nat(200),
  // A block is released only if no small piece is queued before it.
  bytes: fc.oneof(fc.nat(200), fc.integer({ min: 35_000, max: 66_000 })),
  tail: fc.nat(10),
  endsTurn: fc.boolean(),
});

test('memory that a TLS client releases may be overwritten immediately, regardless of waiting writes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 30 }), async (parts) => {
      const { client, stream } = await tlsClient();
      const { writer } = writerOn(stream);
      const received: Buffer[] = [];
      client.on('data', (bytes: Buffer) => received.push(bytes));
      let expected = '';
      let buf = Buffer.alloc(66_000);
      for (const [at, { text, bytes, tail, endsTurn }] of parts.entries()) {
        const letter = String.fromCharCode(65 + (at % 26));
        buf.fill(letter);
        const piece = { text: '<'.repeat(text), buf, start: 0, end: bytes, tail: '>'.repeat(tail) };
        expected += `${piece.text}${letter.repeat(bytes)}${piece.tail}`;
        // Like the readers of pods, which use the buffer again unless the write keeps it.
        if (writer.send(piece)) buf = Buffer.alloc(66_000);
        else buf.fill('!');
        if (endsTurn) await turnEnds();
      }
      writer.end();
      await once(client, 'end');
      assert.equal(Buffer.concat(received).toString('latin1'), expected);
      stream.destroy();
      client.destroy();
    }),
    { numRuns: 30 },
  );
});

test('a block that the stream itself has queued is not released', async () => {
  const { client, stream } = await tlsClient();
  const { writer } = writerOn(stream);
  const send = (letter: string, size: number): boolean =>
    writer.send({ text: '', buf: Buffer.alloc(size, letter), start: 0, end: size, tail: '' });
  const received: Buffer[] = [];
  client.on('data', (bytes: Buffer) => received.push(bytes));
  // The first piece is written, the others wait. Then the second is written, and the third is queued behind it.
  send('a', 60_000);
  send('b', 100);
  send('c', 60_000);
  stream.once('drain', () => {
    send('d', 60_000);
    writer.end();
  });
  await once(client, 'end');
  const expected = ['a'.repeat(60_000), 'b'.repeat(100), 'c'.repeat(60_000), 'd'.repeat(60_000)].join('');
  assert.ok(Buffer.concat(received).toString('latin1') === expected);
  stream.destroy();
  client.destroy();
});

test('bytes that wait for a TLS client always use the same few blocks of memory', async () => {
  const { client, stream } = await tlsClient();
  const { writer, blocks } = writerOn(stream);
  const buf = Buffer.alloc(65_536, 'x');
  let size = 0;
  client.on('data', (bytes: Buffer) => {
    size += bytes.length;
  });
  for (let sent = 0; sent < 100; sent += 1) {
    assert.equal(writer.send({ text: '', buf, start: 0, end: buf.length, tail: '' }), false);
    while (writer.queued > 4 * buf.length) await once(stream, 'drain');
  }
  writer.end();
  await once(client, 'end');
  assert.equal(size, 100 * buf.length);
  assert.ok(blocks.size > 0 && blocks.size < 10, `${blocks.size} blocks`);
  stream.destroy();
  client.destroy();
});
