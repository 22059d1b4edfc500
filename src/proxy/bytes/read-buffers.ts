import type { BufferBudget } from './buffer-budget.ts';

/** Most connections are idle or carry little, so a read buffer starts small; one that reads fill gets the next size. */
const SMALL = 2_048;
const MEDIUM = 16_384;
export const LARGE = 65_536;
/** Most heads fit. Of what a client sends behind a request that is still being answered, twice as much is read at most. */
export const SMALL_READ = 4_096;
/** Large buffers of a worker, those lying ready included: 16 MiB. */
const MOST_LARGE = 256;

/** What became of the bytes of a read. */
export interface ReadOutcome {
  /** Bytes read. */
  readonly size: number;
  /** The biggest read of this exchange. */
  readonly most: number;
  /** A pending write still refers to the bytes. */
  readonly retained: boolean;
  /** The connection is pooled now. */
  readonly idle: boolean;
}

/**
 * What the sockets of a worker read into. Clients share one buffer as long as they send little; an uploading one gets its
 * own. An upstream socket has its own always: it grows with what is read, unless memory for slow readers is scarce, and
 * shrinks to what the last exchange needed. A buffer is used again and again as long as every byte of it went on to the
 * kernel at once.
 */
export class ReadBuffers {
  /** Nothing may refer to it longer than it takes to read it. */
  readonly shared = Buffer.allocUnsafeSlow(LARGE);
  /** So much of it is filled by a client that need not be sending a body. */
  readonly opening = this.shared.subarray(0, SMALL_READ);
  readonly #budget: BufferBudget;
  readonly #spare: Buffer[] = [];
  #large = 0;

  constructor(budget: BufferBudget) {
    this.#budget = budget;
  }

  first(): Buffer {
    return Buffer.allocUnsafeSlow(SMALL);
  }

  /** A buffer of one client's own, with the bytes just read into the shared one. */
  own(size: number): Buffer {
    const buffer = this.#take();
    this.shared.copy(buffer, 0, 0, size);
    return buffer;
  }

  /** The buffer for a client's next read; `uploading`: there is more to come. */
  nextOfClient(buffer: Buffer, retained: boolean, uploading: boolean): Buffer {
    if (buffer === this.shared) {
      // The next client's bytes would go where a write still reads: better no worker than that.
      if (retained) throw new Error('a pending write refers to the shared read buffer');
      return buffer;
    }
    const keep = uploading && this.#large <= MOST_LARGE;
    if (keep && !retained) return buffer;
    this.#letGo(buffer, retained);
    return keep ? this.#take() : this.shared;
  }

  /** The buffer for an upstream socket's next read. */
  next(buffer: Buffer, outcome: ReadOutcome): Buffer {
    const length = this.#lengthAfter(buffer.length, outcome);
    if (length === buffer.length && !outcome.retained) return buffer;
    this.#letGo(buffer, outcome.retained);
    return length < LARGE ? Buffer.allocUnsafeSlow(length) : this.#take();
  }

  /** The connection is gone; no pending write refers to its buffer. */
  giveBack(buffer: Buffer): void {
    if (buffer !== this.shared) this.#letGo(buffer, false);
  }

  #take(): Buffer {
    this.#large += 1;
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(LARGE);
  }

  #lengthAfter(length: number, { size, most, idle }: ReadOutcome): number {
    if (this.#budget.scarce) return Math.min(length, MEDIUM);
    if (idle) return most < SMALL ? SMALL : most < MEDIUM ? Math.min(length, MEDIUM) : length;
    if (size < length) return length;
    return length === SMALL || this.#large >= MOST_LARGE ? Math.max(length, MEDIUM) : LARGE;
  }

  /** What a write still refers to is the collector's. */
  #letGo(buffer: Buffer, retained: boolean): void {
    if (buffer.length < LARGE) return;
    this.#large -= 1;
    if (!retained && this.#spare.length + this.#large < MOST_LARGE) this.#spare.push(buffer);
  }
}
