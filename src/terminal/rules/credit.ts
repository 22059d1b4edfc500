/** Flow control: counts the bytes that one side may still send until the other side acknowledges some. */
export class Credit {
  readonly #window: number;
  #unacknowledged = 0;

  constructor(window: number) {
    this.#window = window;
  }

  /** Bytes that may be sent now. */
  get room(): number {
    return Math.max(0, this.#window - this.#unacknowledged);
  }

  /** Bytes that were sent and are not acknowledged. */
  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  /** Counts sent bytes. False: they are more than `room`. */
  spend(bytes: number): boolean {
    this.#unacknowledged += bytes;
    return this.#unacknowledged <= this.#window;
  }

  /** Counts acknowledged bytes. False: they are more than were sent; the state does not change. */
  acknowledge(bytes: number): boolean {
    if (bytes > this.#unacknowledged) return false;
    this.#unacknowledged -= bytes;
    return true;
  }
}
