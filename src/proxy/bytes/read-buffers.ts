import type { Hold } from '../../http2/session/stream-ends.ts';
import type { BufferBudget } from './buffer-budget.ts';
import { SMALL_BODY } from './write-parts.ts';

export type { Hold } from '../../http2/session/stream-ends.ts';

/** Most connections are idle or carry little, so reads of an upstream socket start small; one that fills them gets the next size. */
const SMALL = SMALL_BODY;
const MEDIUM = 16_384;
export const LARGE = 65_536;
/** For a sender whose receiver keeps up: half as many system calls for the same bytes. Two places among the large ones. */
export const WIDE = 2 * LARGE;
/** So many reads in a row fill a large buffer, and are sent, before the next one is a wide one: 1 MiB. */
const READS_BEFORE_WIDE = 16;
/** Most heads fit. Of what a client sends after a request that is still being answered, at most twice as much is read. */
export const SMALL_READ = 4_096;
/** The maximum of large buffers in a worker, a wide one counted as two and spare ones included: 16 MiB. */
const MAX_LARGE = 256;

/** What became of the bytes of a read. */
export interface Passed {
  /** Reads in a row that filled their buffer and were sent. */
  readonly sentInRow: number;
  readonly hold: Hold;
}

/** The same for an upstream socket. */
export interface ReadOutcome extends Passed {
  /** Bytes read. */
  readonly size: number;
  /** The largest read of this exchange. */
  readonly largest: number;
  /** The connection is pooled now. */
  readonly idle: boolean;
}

/**
 * What the sockets of a worker read into. Clients share one buffer as long as they send little; an uploading one gets its
 * own. Upstream sockets share another one; where reads fill it, a socket gets its own, which grows with what is read, unless memory for
 * slow readers is scarce, until an exchange needs no more than the shared one. Above a large one buffers of both sides grow only
 * while the receiver keeps up, so that at most one wide read is ever held for one that becomes slow. A buffer is used again and
 * again as long as every byte of it went on to the kernel at once.
 */
export class ReadBuffers {
  /** Nothing may refer to it longer than it takes to read it. */
  readonly shared = Buffer.allocUnsafeSlow(LARGE);
  /** So much of it is filled by a client that need not be sending a body. */
  readonly opening = this.shared.subarray(0, SMALL_READ);
  /** The same for upstream sockets; no write refers to so few bytes. */
  readonly #small = Buffer.allocUnsafeSlow(SMALL);
  readonly #budget: BufferBudget;
  readonly #spare: Buffer[] = [];
  readonly #spareWide: Buffer[] = [];
  #large = 0;

  constructor(budget: BufferBudget) {
    this.#budget = budget;
  }

  /** For the first read of an upstream socket. */
  first(): Buffer {
    return this.#small;
  }

  /** A buffer of one client's own, with the bytes just read into the shared one. */
  own(size: number): Buffer {
    const buffer = this.#take();
    this.shared.copy(buffer, 0, 0, size);
    return buffer;
  }

  /** The buffer for the next read of a client of which more of a body is to come. */
  nextOfUpload(buffer: Buffer, passed: Passed): Buffer {
    const { hold } = passed;
    if (buffer === this.shared || this.#large > MAX_LARGE) return this.nextOfClient(buffer, hold);
    const length = this.#isWideAfter(buffer.length, passed) ? WIDE : LARGE;
    if (length === buffer.length && hold !== 'kept') return buffer;
    this.#letGo(buffer, hold);
    return length === WIDE ? this.#takeWide() : this.#take();
  }

  /** The buffer for the next read of any other client: the shared one. */
  nextOfClient(buffer: Buffer, hold: Hold): Buffer {
    if (buffer !== this.shared) this.#letGo(buffer, hold);
    else refuseKept(hold);
    return this.shared;
  }

  /** The buffer for an upstream socket's next read. */
  next(buffer: Buffer, outcome: ReadOutcome): Buffer {
    if (buffer === this.#small) refuseKept(outcome.hold);
    const length = this.#lengthAfter(buffer.length, outcome);
    if (length === buffer.length && outcome.hold !== 'kept') return buffer;
    this.#letGo(buffer, outcome.hold);
    if (length === SMALL) return this.#small;
    if (length < LARGE) return Buffer.allocUnsafeSlow(length);
    return length === WIDE ? this.#takeWide() : this.#take();
  }

  /** The connection is gone; no pending write refers to its buffer. */
  giveBack(buffer: Buffer): void {
    if (buffer !== this.shared) this.#letGo(buffer, 'free');
  }

  #take(): Buffer {
    this.#large += 1;
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(LARGE);
  }

  #takeWide(): Buffer {
    this.#large += 2;
    return this.#spareWide.pop() ?? Buffer.allocUnsafeSlow(WIDE);
  }

  #lengthAfter(length: number, outcome: ReadOutcome): number {
    const { size, largest, idle } = outcome;
    if (this.#budget.scarce) return Math.min(length, MEDIUM);
    if (idle)
      return largest < SMALL ? SMALL : largest < MEDIUM ? Math.min(length, MEDIUM) : Math.min(length, LARGE);
    if (length >= LARGE) return this.#isWideAfter(length, outcome) ? WIDE : LARGE;
    if (size < length) return length;
    return length === SMALL || this.#large >= MAX_LARGE ? Math.max(length, MEDIUM) : LARGE;
  }

  #isWideAfter(length: number, { hold, sentInRow }: Passed): boolean {
    if (hold !== 'sent') return false;
    return length === WIDE || (sentInRow >= READS_BEFORE_WIDE && this.#large < MAX_LARGE);
  }

  /** A kept one is left to the garbage collector. */
  #letGo(buffer: Buffer, hold: Hold): void {
    if (buffer.length < LARGE) return;
    const isWide = buffer.length === WIDE;
    this.#large -= isWide ? 2 : 1;
    if (hold === 'kept') return;
    const spare = this.#spare.length + 2 * this.#spareWide.length;
    if (spare + this.#large < MAX_LARGE) (isWide ? this.#spareWide : this.#spare).push(buffer);
  }
}

/** Of a shared buffer: the next connection's bytes would overwrite what a write still reads. Crash rather than corrupt them. */
function refuseKept(hold: Hold): void {
  if (hold === 'kept') throw new Error('a pending write refers to a shared read buffer');
}
