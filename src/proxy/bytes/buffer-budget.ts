/** Below this a response is never held back: one small write in flight. Also the sockets' high-water mark. */
export const LOW_WATERMARK = 16_384;

/** `write-through`: its reader waits for every byte. */
export type Flow = 'buffered' | 'write-through';

/**
 * How far responses may run ahead of their readers, in bytes: each by itself, and all of a worker together.
 * A response that asked for write-through, or any response once the worker's memory is spent, gets the low watermark.
 */
export class BufferBudget {
  readonly #total: number;
  used = 0;

  /** @param total of all responses together */
  constructor(total: number) {
    this.#total = total;
  }

  get scarce(): boolean {
    return this.used >= this.#total;
  }

  /** Queued bytes at which the pod is no longer read, of a response that may run `size` ahead by itself. */
  watermark(flow: Flow, size: number): number {
    return flow === 'write-through' || this.scarce ? LOW_WATERMARK : Math.max(size, LOW_WATERMARK);
  }
}
