import type { Hold } from '../../http2/session/stream-ends.ts';
import type { BufferBudget } from './buffer-budget.ts';
import { SMALL_BODY } from './write-parts.ts';

export type { Hold } from '../../http2/session/stream-ends.ts';

/**
 * Most connections are idle or carry few bytes, so reads of an upstream socket start small. A read that fills its
 * buffer gets the next size.
 */
const SMALL = SMALL_BODY;
export const MEDIUM = 16_384;
export const LARGE = 65_536;
/** For a sender whose receiver keeps up: half as many system calls for the same bytes. Counts as two large ones. */
export const WIDE = 2 * LARGE;
/** This many consecutive large reads must be sent before podway uses a wide buffer. */
const READS_BEFORE_WIDE = 16;
/** Most heads fit. While podway answers a request, it reads at most twice as many bytes that the client sent after it. */
export const SMALL_READ = 4_096;
/**
 * Maximum number of large buffers in a worker, those in use and the spares together: 16 MiB. A wide one counts as two. While
 * podway processes a read of one upload, it may have one more.
 */
const MAX_LARGE = 256;

/** What happened to the bytes of a read. */
export interface Passed {
  /** Consecutive reads of many bytes that were sent. */
  readonly sentInRow: number;
  readonly hold: Hold;
}

/** The same for a read of an upstream socket. */
export interface ReadOutcome extends Passed {
  /** Bytes read. */
  readonly size: number;
  /** The largest read of this exchange, and of the one before it on the connection. */
  readonly largest: number;
  readonly previous: number;
  /** The connection is in the pool now. */
  readonly idle: boolean;
}

/**
 * The buffers that the sockets of a worker read into. Clients share one buffer while they send little; a client that
 * uploads gets its own. Upstream sockets share another, small one. A socket whose reads fill it gets its own buffer,
 * which grows with the size of the reads unless memory for slow readers is scarce. A large one goes back at the end of
 * the exchange, and the next answer on any connection uses it while the caches of the CPU still hold it. Buffers of both
 * sides grow above LARGE only while the receiver keeps up, so podway holds at most one wide read for a receiver that
 * becomes slow. A buffer is reused while the kernel takes all of its bytes at once.
 */
export class ReadBuffers {
  /** All clients share it, so its bytes are valid only until the next read. */
  readonly shared = Buffer.allocUnsafeSlow(LARGE);
  /** The beginning of `shared`, for a client from which podway expects no body. */
  readonly opening = this.shared.subarray(0, SMALL_READ);
  /** The same for upstream sockets. No pending write refers to it, since so few bytes are always copied. */
  readonly #small = Buffer.allocUnsafeSlow(SMALL);
  readonly #budget: BufferBudget;
  readonly #spare: Buffer[] = [];
  readonly #spareWide: Buffer[] = [];
  #large = 0;

  constructor(budget: BufferBudget) {
    this.#budget = budget;
  }

  /** Large buffers in use; a wide one counts as two. */
  get inUse(): number {
    return this.#large;
  }

  /** The same with the spare ones. */
  get total(): number {
    return this.#large + this.#spare.length + 2 * this.#spareWide.length;
  }

  /** The buffer for the first read of an upstream socket. */
  first(): Buffer {
    return this.#small;
  }

  /** Takes a buffer for one client, and copies the bytes just read from the shared one into it. */
  own(size: number): Buffer {
    const buffer = this.#take();
    this.shared.copy(buffer, 0, 0, size);
    return buffer;
  }

  /** The buffer for the next read of a client that is still sending a body. */
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

  /** Takes back the buffer of a closed connection. No pending write may refer to it. */
  giveBack(buffer: Buffer): void {
    if (buffer !== this.shared) this.#letGo(buffer, 'free');
  }

  #take(): Buffer {
    this.#large += 1;
    return this.#spare.pop() ?? this.#allocate(LARGE, this.#spareWide);
  }

  #takeWide(): Buffer {
    this.#large += 2;
    return this.#spareWide.pop() ?? this.#allocate(WIDE, this.#spare);
  }

  /** For the new buffer, which is counted already, spares of the other size go to the garbage collector. */
  #allocate(length: number, others: Buffer[]): Buffer {
    while (this.total > MAX_LARGE && others.pop() !== undefined);
    return Buffer.allocUnsafeSlow(length);
  }

  #lengthAfter(length: number, outcome: ReadOutcome): number {
    const { size, largest, previous, idle } = outcome;
    const { isScarce } = this.#budget;
    if (idle) return isScarce || largest < SMALL || largest >= MEDIUM ? SMALL : Math.min(length, MEDIUM);
    if (isScarce) return size === length && previous >= MEDIUM ? MEDIUM : Math.min(length, MEDIUM);
    if (length >= LARGE) return this.#isWideAfter(length, outcome) ? WIDE : LARGE;
    if (size < length) return length;
    if (this.#large >= MAX_LARGE || (length === SMALL && previous < MEDIUM)) return MEDIUM;
    return this.#mayBeWide(0, outcome) ? WIDE : LARGE;
  }

  #isWideAfter(length: number, passed: Passed): boolean {
    return passed.hold === 'sent' && (length === WIDE || this.#mayBeWide(1, passed));
  }

  /** `own`: the large buffers that the socket has now. */
  #mayBeWide(own: 0 | 1, { sentInRow }: Passed): boolean {
    return sentInRow >= READS_BEFORE_WIDE && this.#large - own + 2 <= MAX_LARGE;
  }

  /** If a write still refers to the buffer, the garbage collector frees it. */
  #letGo(buffer: Buffer, hold: Hold): void {
    if (buffer.length < LARGE) return;
    const isWide = buffer.length === WIDE;
    const isWithin = this.total <= MAX_LARGE;
    this.#large -= isWide ? 2 : 1;
    if (hold !== 'kept' && isWithin) (isWide ? this.#spareWide : this.#spare).push(buffer);
  }
}

/**
 * If a write referred to a shared buffer, the next connection would overwrite its bytes. The worker crashes instead of
 * corrupting them.
 */
function refuseKept(hold: Hold): void {
  if (hold === 'kept') throw new Error('a pending write refers to a shared read buffer');
}
