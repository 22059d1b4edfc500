/** Bytes that are kept for another pod, at most. */
const MOST_HELD = 65_536;

/**
 * What a client has sent as long as all of it can still go to another pod: until the pod has answered, or until it is more than
 * MOST_HELD bytes.
 */
export class HeldBytes {
  #chunks: Buffer[] | undefined = [];
  #size = 0;

  /** All that was sent can be sent again. */
  get isWhole(): boolean {
    return this.#chunks !== undefined;
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  get chunks(): readonly Buffer[] {
    return this.#chunks ?? [];
  }

  add(chunk: Buffer): void {
    this.#size += chunk.length;
    this.#chunks?.push(chunk);
    if (this.#size > MOST_HELD) this.release();
  }

  /** They are not needed any more. */
  release(): void {
    this.#chunks = undefined;
  }
}
