/** Maximum size of the bytes that are kept for another pod. */
const MAX_HELD_BYTES = 65_536;

/**
 * The bytes that a client has sent, kept until the pod answers or until there are more than MAX_HELD_BYTES of them. Until then
 * podway can send all of them to another pod.
 */
export class HeldBytes {
  #chunks: Buffer[] | undefined = [];
  #size = 0;

  /** Whether podway still has everything that the client sent. */
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
    if (this.#size > MAX_HELD_BYTES) this.release();
  }

  /** Drops the bytes. */
  release(): void {
    this.#chunks = undefined;
  }
}
