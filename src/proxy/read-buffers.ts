import type { BufferBudget } from './buffer-budget.ts';

const SMALL = 8_192;
const LARGE = 65_536;
const SPARE = 64;

/**
 * Read buffers of upstream sockets. A socket reads into the same buffer again and again as long as every byte of it
 * went on to the kernel at once; it starts small (idle connections cost little) and grows when reads fill it, unless
 * memory for slow readers is scarce.
 */
export class ReadBuffers {
  readonly #budget: BufferBudget;
  readonly #spare: Buffer[] = [];

  constructor(budget: BufferBudget) {
    this.#budget = budget;
  }

  first(): Buffer {
    return Buffer.allocUnsafeSlow(SMALL);
  }

  /**
   * The buffer for the next read, after one that put `size` bytes into `buffer`. `retained`: a pending write still
   * refers to `buffer`; `idle`: nothing is expected to come.
   */
  next(buffer: Buffer, size: number, state: { readonly retained: boolean; readonly idle: boolean }): Buffer {
    const large = buffer.length === LARGE;
    const toBeLarge = !state.idle && !this.#budget.scarce && (large || size === buffer.length);
    if (large === toBeLarge && !state.retained) return buffer;
    if (!state.retained) this.giveBack(buffer);
    return toBeLarge ? (this.#spare.pop() ?? Buffer.allocUnsafeSlow(LARGE)) : this.first();
  }

  /** Only for a buffer that no pending write refers to. */
  giveBack(buffer: Buffer): void {
    if (buffer.length === LARGE && this.#spare.length < SPARE) this.#spare.push(buffer);
  }
}
