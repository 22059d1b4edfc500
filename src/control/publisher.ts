/**
 * Makes changes live. There is no debounce timer: what changes in one turn of the event loop goes out together at the
 * end of that turn, so an event is live in every worker before the loop has turned twice.
 */
export class Publisher {
  readonly #publish: (received: number) => void;
  /** When the earliest event of this turn arrived; undefined when there was none. */
  #received: number | undefined;

  /** @param publish told when the earliest event of the turn arrived (milliseconds of performance.now()) */
  constructor(publish: (received: number) => void) {
    this.#publish = publish;
  }

  /** Something may have changed by an event that arrived at `received`. */
  touch(received: number): void {
    if (this.#received === undefined) setImmediate(() => this.#flush());
    this.#received = Math.min(received, this.#received ?? received);
  }

  #flush(): void {
    const received = this.#received;
    this.#received = undefined;
    if (received !== undefined) this.#publish(received);
  }
}
