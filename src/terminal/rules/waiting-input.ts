import { INPUT_WINDOW } from './page-messages.ts';

const NOTHING = Buffer.alloc(0);

/** Input that waits for the pod, as one piece of memory: a page may send each byte as a message of its own. */
export class WaitingInput {
  #bytes = NOTHING;
  #size = 0;

  /** No more may wait than INPUT_WINDOW bytes. */
  add(bytes: Uint8Array): void {
    if (this.#size === 0) this.#bytes = Buffer.allocUnsafe(INPUT_WINDOW);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  /** All that waits. */
  take(): Buffer {
    const all = this.#bytes.subarray(0, this.#size);
    this.#bytes = NOTHING;
    this.#size = 0;
    return all;
  }
}
