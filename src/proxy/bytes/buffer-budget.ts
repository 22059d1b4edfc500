/** Below this a response is never held back: one small write in flight. Also the sockets' high-water mark. */
export const LOW_WATERMARK = 16_384;

/** Bytes of memory that is used again: what is read from a pod at once, and the framing around it. */
const BLOCK = 65_536 + 1_024;
/** Blocks that are kept for that: at most 16 MiB, and after a while without need none. */
const SPARE_BLOCKS = 256;

/** `write-through`: its reader waits for every byte. */
export type Flow = 'buffered' | 'write-through';

/**
 * How far responses may run ahead of their readers, in bytes: each by itself, and all of a worker together.
 * A response that asked for write-through, or any response once the worker's memory is spent, gets the low watermark.
 */
export class BufferBudget {
  readonly #total: number;
  used = 0;
  readonly #spare: Buffer[] = [];
  /** The smallest number of spare blocks since the last `trim`. */
  #unused = 0;
  /**
   * Memory for what waits: a block where most of one is needed, which may be given back. An allocation for each would make V8
   * collect its whole heap again and again, for memory outside it.
   */
  readonly allocate = (size: number): Buffer => {
    if (size <= BLOCK / 2 || size > BLOCK) return Buffer.allocUnsafeSlow(size);
    const block = this.#spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK);
    this.#unused = Math.min(this.#unused, this.#spare.length);
    return block.subarray(0, size);
  };

  /** @param total of all responses together */
  constructor(total: number) {
    this.#total = total;
  }

  get scarce(): boolean {
    return this.used >= this.#total;
  }

  /** Nothing refers any more to what `allocate` gave. */
  giveBack({ buffer }: Buffer): void {
    if (buffer.byteLength === BLOCK && this.#spare.length < SPARE_BLOCKS)
      this.#spare.push(Buffer.from(buffer));
  }

  /** From time to time: half of the blocks that were not needed since the last call are left to the garbage collector. */
  trim(): void {
    this.#spare.length -= Math.ceil(this.#unused / 2);
    this.#unused = this.#spare.length;
  }

  /** Queued bytes at which the pod is no longer read, of a response that may run `size` ahead by itself. */
  watermark(flow: Flow, size: number): number {
    return flow === 'write-through' || this.scarce ? LOW_WATERMARK : Math.max(size, LOW_WATERMARK);
  }
}
