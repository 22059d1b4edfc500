/** Below this a response is never held back: one small write in flight. Also the sockets' high-water mark. */
export const LOW_WATERMARK = 16_384;

/** `write-through`: its reader waits for every byte. */
export type Flow = 'buffered' | 'write-through';

/**
 * How far responses may run ahead of their readers, in bytes: each by itself, and all of a worker together.
 * A response that asked for write-through, or any response once the worker's memory is spent, gets the low watermark.
 */
export class BufferBudget {
  readonly #perResponse: number;
  readonly #total: number;
  used = 0;

  constructor(perResponse: number, total: number) {
    this.#perResponse = Math.max(perResponse, LOW_WATERMARK);
    this.#total = total;
  }

  get scarce(): boolean {
    return this.used >= this.#total;
  }

  /** Queued bytes at which the pod is no longer read. */
  watermark(flow: Flow): number {
    return flow === 'write-through' || this.scarce ? LOW_WATERMARK : this.#perResponse;
  }
}
