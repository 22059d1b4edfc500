/** How many bytes one side may still send before the other says that it has dealt with some. */
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

  /** Bytes that were sent and not acknowledged. */
  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  /** So many bytes are sent. False: that is more than there was room for. */
  spend(bytes: number): boolean {
    this.#unacknowledged += bytes;
    return this.#unacknowledged <= this.#window;
  }

  /** The other side has dealt with so many bytes. False: it never got as many, and nothing changes. */
  acknowledge(bytes: number): boolean {
    if (bytes > this.#unacknowledged) return false;
    this.#unacknowledged -= bytes;
    return true;
  }
}
