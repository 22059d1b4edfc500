import type { BufferBudget } from './buffer-budget.ts';

const SMALL = 8_192;
const LARGE = 65_536;
/** Large buffers of a worker, those lying ready included: 16 MiB. */
const MOST_LARGE = 256;

/** What became of the bytes of a read. */
export interface ReadOutcome {
  /** Bytes read. */
  readonly size: number;
  /** A pending write still refers to them. */
  readonly retained: boolean;
  /** The connection is pooled now; `small`: the exchange it carried never read much at once. */
  readonly idle: boolean;
  readonly small: boolean;
}

/**
 * Read buffers of upstream sockets. A socket reads into the same buffer again and again as long as every byte of it
 * went on to the kernel at once. It starts small, since most connections are idle or carry little; it grows when reads
 * fill it, unless memory for slow readers is scarce, and shrinks after an exchange that did not need it.
 */
export class ReadBuffers {
  readonly #budget: BufferBudget;
  readonly #spare: Buffer[] = [];
  #large = 0;

  constructor(budget: BufferBudget) {
    this.#budget = budget;
  }

  first(): Buffer {
    return Buffer.allocUnsafeSlow(SMALL);
  }

  isLarge(buffer: Buffer): boolean {
    return buffer.length === LARGE;
  }

  /** The buffer for the next read. */
  next(buffer: Buffer, { size, retained, idle, small }: ReadOutcome): Buffer {
    const large = this.isLarge(buffer);
    const wanted = idle ? large && !small : large || size === buffer.length;
    const toBeLarge = wanted && !this.#budget.scarce && (large || this.#large < MOST_LARGE);
    if (large === toBeLarge && !retained) return buffer;
    if (large) this.#letGo(buffer, retained);
    return toBeLarge ? this.#take() : this.first();
  }

  /** The connection is gone; no pending write refers to its buffer. */
  giveBack(buffer: Buffer): void {
    if (this.isLarge(buffer)) this.#letGo(buffer, false);
  }

  #take(): Buffer {
    this.#large += 1;
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(LARGE);
  }

  /** What a write still refers to is the collector's. */
  #letGo(buffer: Buffer, retained: boolean): void {
    this.#large -= 1;
    if (!retained && this.#spare.length + this.#large < MOST_LARGE) this.#spare.push(buffer);
  }
}
