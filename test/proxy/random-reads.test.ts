/** The limit of large read buffers, and who owns each of them, under random reads of many pods and clients. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BufferBudget } from '../../src/proxy/bytes/buffer-budget.ts';
import { type Hold, LARGE, MEDIUM, ReadBuffers, WIDE } from '../../src/proxy/bytes/read-buffers.ts';
import { UpstreamReads } from '../../src/proxy/bytes/upstream-reads.ts';
import { ClientBytes } from '../../src/proxy/downstream/client-bytes.ts';
import { reducedCount } from '../fixtures/wide.ts';

const MAX_LARGE = 256;
const MEMORY = 1_000;

/** What happens on one socket. */
interface Step {
  /** The socket's number. */
  readonly at: number;
  /** Number of reads, most of which fill their buffer. */
  readonly reads: number;
  /** What happens to the bytes of the last one; those of the others are sent. */
  readonly hold: Hold;
  /** After the last read nothing more is expected. */
  readonly ends: boolean;
  readonly closes: boolean;
}

interface ReadingSocket {
  readonly buffer: Buffer;
  /** A read fills the buffer. Returns the buffer that has its bytes. */
  read(hold: Hold, ends: boolean): Buffer;
  close(): void;
}

class PodSocket implements ReadingSocket {
  readonly #reads: UpstreamReads;

  constructor(buffers: ReadBuffers) {
    this.#reads = new UpstreamReads(buffers);
  }

  get buffer(): Buffer {
    return this.#reads.buffer;
  }

  read(hold: Hold, ends: boolean): Buffer {
    const { buffer } = this.#reads;
    // A write never refers to so few bytes.
    this.#reads.recordHold(buffer, buffer.length < MEDIUM ? 'free' : hold);
    this.#reads.processed(buffer.length, ends);
    return buffer;
  }

  close(): void {
    this.#reads.giveBack();
  }
}

class ClientSocket implements ReadingSocket {
  readonly #bytes: ClientBytes;

  constructor(buffers: ReadBuffers) {
    this.#bytes = new ClientBytes(buffers, { received: () => undefined });
  }

  get buffer(): Buffer {
    return this.#bytes.readBuffer;
  }

  read(hold: Hold, ends: boolean): Buffer {
    this.#bytes.bytesReceived(this.#bytes.readBuffer, this.#bytes.readSize);
    const { readBuffer, readSize } = this.#bytes;
    this.#bytes.recordHold(readBuffer, readSize < MEDIUM ? 'free' : hold);
    this.#bytes.window.clear();
    this.#bytes.processed(ends ? 'other' : 'upload', WIDE);
    return readBuffer;
  }

  close(): void {
    this.#bytes.discard();
  }
}

const STEP: fc.Arbitrary<Step> = fc.record({
  at: fc.nat(399),
  reads: fc.constantFrom(1, 3, 3, 20),
  hold: fc.constantFrom('free', 'kept', 'sent', 'sent'),
  ends: fc.constantFrom(true, false, false, false),
  closes: fc.constantFrom(true, false, false, false, false, false),
});
/** Memory is scarce at each step whose number this number divides. */
const SCARCE = fc.constantFrom(7, 100, 10_000);

test('there are at most 256 large read buffers, each is of one socket, and none changes that a write refers to', () => {
  let fullest = 0;
  const steps = fc.array(STEP, { minLength: 1_000, maxLength: 2_000, size: 'max' });
  fc.assert(
    fc.property(steps, SCARCE, (all, scarce) => {
      const budget = new BufferBudget(MEMORY);
      const buffers = new ReadBuffers(budget);
      const sockets = Array.from({ length: 400 }, (_, at) =>
        at % 2 === 0 ? new PodSocket(buffers) : new ClientSocket(buffers),
      );
      const referred = new WeakSet<Buffer>();
      for (const [number, { at, reads, hold, ends, closes }] of all.entries()) {
        budget.used = number % scarce === scarce - 1 ? MEMORY : 0;
        const socket = sockets[at] as ReadingSocket;
        for (let left = reads; left > 0; left -= 1) {
          const isLast = left === 1;
          const buffer = socket.read(isLast ? hold : 'sent', isLast && ends);
          if (isLast && hold === 'kept' && buffer.length >= LARGE && buffer !== buffers.shared)
            referred.add(buffer);
        }
        if (closes) socket.close();
        assert.ok(buffers.total <= MAX_LARGE, `${buffers.total} at step ${number}`);
        assert.ok(!referred.has(socket.buffer), `step ${number} reads over bytes to send`);
        fullest = Math.max(fullest, buffers.total);
      }
      const own = sockets
        .map(({ buffer }) => buffer)
        .filter((it) => it.length >= LARGE && it !== buffers.shared);
      assert.equal(new Set(own).size, own.length, 'each buffer has one owner');
      assert.equal(
        buffers.inUse,
        own.reduce((sum, { length }) => sum + length / LARGE, 0),
      );
      for (const socket of sockets) socket.close();
      assert.equal(buffers.inUse, 0);
    }),
    // Shrinking takes minutes.
    { numRuns: reducedCount(200), endOnFailure: true },
  );
  assert.equal(fullest, MAX_LARGE, 'the limit was reached');
});
