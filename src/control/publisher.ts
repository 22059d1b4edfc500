/** Milliseconds of work in one turn of the event loop. The last step of a turn may exceed them. */
const MAX_TURN_TIME = 4;

/**
 * Publishes changes. There is no debounce timer: all changes of one turn of the event loop are published together at the end of
 * that turn, so every worker gets a change before the loop has turned twice. If a change needs much work, that work takes several
 * turns; changes that arrive meanwhile are published together after it.
 */
export class Publisher {
  readonly #publish: (received: number) => Iterator<void, void>;
  /** When the earliest event arrived that is not being published yet; undefined: there is none. */
  #received: number | undefined;
  /** Steps of the current publication; undefined: there is none. */
  #steps: Iterator<void, void> | undefined;

  /**
   * @param publish the steps of a publication, each with some tens or hundreds of microseconds of work; `received` is the arrival
   *   time of the earliest event, in milliseconds of performance.now()
   */
  constructor(publish: (received: number) => Iterator<void, void>) {
    this.#publish = publish;
  }

  /** An event that arrived at `received` may have changed the table. */
  touch(received: number): void {
    if (this.#received === undefined && this.#steps === undefined) setImmediate(() => this.#go());
    this.#received = Math.min(received, this.#received ?? received);
  }

  #go(): void {
    const end = performance.now() + MAX_TURN_TIME;
    do {
      if (this.#steps === undefined) {
        if (this.#received === undefined) return;
        this.#steps = this.#publish(this.#received);
        this.#received = undefined;
      }
      if (this.#steps.next().done) this.#steps = undefined;
    } while (performance.now() < end);
    if (this.#steps !== undefined || this.#received !== undefined) setImmediate(() => this.#go());
  }
}
