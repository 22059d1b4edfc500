import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Duplex, PassThrough } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turnEnds } from 'node:timers/promises';
import { connect as connectSecurely, createSecureContext, TLSSocket } from 'node:tls';
import fc from 'fast-check';
import { readDirectly } from '../../src/bytes/direct-reads.ts';
import { LoopTurn } from '../../src/proxy/bytes/loop-turn.ts';
import type { Reader } from '../../src/proxy/downstream/accepted-socket.ts';
import { GatheredReads } from '../../src/proxy/downstream/gathered-reads.ts';
import { makeCertificate } from '../fixtures/certificates.ts';

const certificate = await makeCertificate({});
const secureContext = createSecureContext({ key: certificate.key, cert: certificate.chain });
const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
// It does not keep the process alive.
server.unref();

const shared = Buffer.alloc(65_536);
const needs = { buffers: { shared, opening: shared.subarray(0, 64) }, turn: new LoopTurn() };

/** Number of writes of 64 KiB: more bytes than the kernel takes. */
const FLOOD = 500;

/** The two ends of a stream: bytes that are written to `from` arrive at `to`. No byte has arrived before they are returned. */
type Ends = readonly [from: Duplex, to: Duplex];

const STREAMS: Readonly<Record<string, () => Promise<Ends>>> = {
  'a stream in memory': async () => {
    const stream = new PassThrough();
    return [stream, stream];
  },
  'a socket': () => sockets(),
  'TLS over a socket': async () => {
    const [from, accepted] = await sockets();
    const to = new TLSSocket(accepted, { isServer: true, secureContext });
    const client = connectSecurely({ socket: from, rejectUnauthorized: false });
    await Promise.all([once(client, 'secureConnect'), once(to, 'secure')]);
    return [client, to];
  },
};

async function sockets(): Promise<Ends> {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  return [client, accepted];
}

interface Step {
  /** Number of bytes that the reader takes next, into its own buffer or into the shared one. */
  readonly room: number;
  readonly own: boolean;
  readonly pause: boolean;
}

/** Takes the bytes step by step as they arrive. A pause lasts for a turn of the loop. */
class SteppingReader implements Reader {
  readBuffer = shared;
  readSize = 64;
  readonly pieces: Buffer[] = [];
  readonly #stream: Duplex;
  readonly #steps: readonly Step[];

  constructor(stream: Duplex, steps: readonly Step[]) {
    this.#stream = stream;
    this.#steps = steps;
  }

  received(buf: Buffer, size: number): void {
    assert.equal(buf, this.readBuffer);
    assert.ok(size > 0 && size <= this.readSize);
    this.pieces.push(Buffer.from(buf.subarray(0, size)));
    // Other readers of this buffer overwrite it, too.
    shared.fill(0xff);
    const { room, own, pause } = this.#steps[this.pieces.length % this.#steps.length] as Step;
    this.readBuffer = own ? Buffer.alloc(room) : shared;
    this.readSize = room;
    if (!pause) return;
    this.#stream.pause();
    setImmediate(() => this.#stream.resume());
  }
}

const step = fc.record({
  room: fc.integer({ min: 1, max: 30_000 }),
  own: fc.boolean(),
  pause: fc.boolean(),
});

for (const [name, open] of Object.entries(STREAMS)) {
  test(`${name}: every byte is handed out once and in order, in pieces that fit`, async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1, maxLength: 8 });
    const steps = fc.array(step, { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(sizes, steps, async (chunks, generated) => {
        const [from, to] = await open();
        // With small buffers alone the test would have too many steps.
        const reader = new SteppingReader(to, [...generated, { room: 40_000, own: true, pause: false }]);
        const reads = new GatheredReads(to, () => reader, needs);
        const sent = Buffer.concat(chunks.map((size, at) => Buffer.alloc(size, at + 1)));
        for (const [at, size] of chunks.entries()) from.write(Buffer.alloc(size, at + 1));
        from.end();
        await once(to, 'end');
        assert.ok(Buffer.concat(reader.pieces).equals(sent));
        reads.stop();
        to.destroy();
      }),
      { numRuns: 20 },
    );
  });

  test(`${name}: bytes that arrive within a turn of the loop in a buffer of the reader are one piece`, async () => {
    const [from, to] = await open();
    const reader = new SteppingReader(to, [{ room: 65_536, own: true, pause: false }]);
    void new GatheredReads(to, () => reader, needs);
    from.write('first');
    while (reader.pieces.length === 0) await turnEnds();
    const own = reader.readBuffer;
    from.cork();
    for (const text of ['one', 'two', 'three']) from.write(text);
    from.uncork();
    while (reader.pieces.length < 2) await turnEnds();
    assert.equal(reader.pieces[1]?.toString(), 'onetwothree');
    assert.equal(own.toString('latin1', 0, 11), 'onetwothree');
    to.destroy();
  });

  test(`${name}: a peer cannot fill the memory of a stream whose reader has paused it`, async () => {
    const [from, to] = await open();
    let got = 0;
    const reader = {
      readBuffer: shared,
      readSize: shared.length,
      received: (_: Buffer, size: number) => {
        got += size;
        to.pause();
      },
    };
    void new GatheredReads(to, () => reader, needs);
    from.on('error', () => undefined);
    for (let count = 0; count < FLOOD; count += 1) from.write(shared);
    for (let [before, same] = [-1, 0]; same < 200; await turnEnds()) {
      same = to.readableLength === before ? same + 1 : 0;
      before = to.readableLength;
    }
    assert.ok(got > 0);
    // A stream in memory is its own peer.
    if (from !== to) assert.ok(to.readableLength < 4 * shared.length, `${to.readableLength} bytes are held`);
    for (const stream of [from, to]) stream.destroy();
  });

  test(`${name}: a stream delivers no more bytes after its reader has destroyed it`, async () => {
    const [from, to] = await open();
    let reads = 0;
    const reader = {
      readBuffer: shared,
      readSize: 1,
      received: () => {
        reads += 1;
        to.destroy();
      },
    };
    void new GatheredReads(to, () => reader, needs);
    from.on('error', () => undefined);
    from.write('many bytes');
    await once(to, 'close');
    assert.equal(reads, 1);
    from.destroy();
  });
}

test('this version of Node.js lets a TLSSocket read into a buffer of podway', async () => {
  const [from, to] = await (STREAMS['TLS over a socket'] as () => Promise<Ends>)();
  const buffer = Buffer.alloc(100);
  const received: string[] = [];
  const isDirect = readDirectly(to, {
    buffer: () => buffer,
    callback: (size) => received.push(buffer.toString('latin1', 0, size)) > 0,
  });
  assert.equal(isDirect, true);
  to.resume();
  from.write('some bytes');
  while (received.length === 0) await turnEnds();
  assert.deepEqual(received, ['some bytes']);
  from.destroy();
  to.destroy();
});

test('a stream without a native handle cannot read into a buffer of podway', () => {
  const read = { buffer: () => shared, callback: () => true };
  assert.equal(readDirectly(new PassThrough(), read), false);
});
