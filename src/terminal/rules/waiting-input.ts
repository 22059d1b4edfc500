import { INPUT_WINDOW } from './page-messages.ts';

const EMPTY = Buffer.alloc(0);

/** Input that waits for the pod, in one buffer, since a page may send each byte in a separate message. */
export class WaitingInput {
  #bytes = EMPTY;
  #size = 0;

  /** Adds bytes. At most INPUT_WINDOW bytes may wait. */
  add(bytes: Uint8Array): void {
    if (this.#size === 0) this.#bytes = Buffer.allocUnsafe(INPUT_WINDOW);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  /** Returns and removes all waiting bytes. */
  take(): Buffer {
    const all = this.#bytes.subarray(0, this.#size);
    this.#bytes = EMPTY;
    this.#size = 0;
    return all;
  }
}
