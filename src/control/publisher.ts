/** Milliseconds of work at a stretch, plus the step that crosses them; then the event loop turns. */
const STRETCH = 4;

/**
 * Makes changes live. There is no debounce timer: what changes in one turn of the event loop goes out together at the
 * end of that turn, so an event is live in every worker before the loop has turned twice. A change that is much work is
 * worked out in several turns; what happens meanwhile goes out together after it.
 */
export class Publisher {
  readonly #publish: (received: number) => Iterator<void, void>;
  /** When the earliest event that is not yet being published arrived; undefined when there is none. */
  #received: number | undefined;
  /** Steps of what is being published. */
  #steps: Iterator<void, void> | undefined;

  /**
   * @param publish the steps of publishing, each of them some ten or hundred microseconds of work; `received` is when the
   *   earliest event arrived (milliseconds of performance.now())
   */
  constructor(publish: (received: number) => Iterator<void, void>) {
    this.#publish = publish;
  }

  /** Something may have changed by an event that arrived at `received`. */
  touch(received: number): void {
    if (this.#received === undefined && this.#steps === undefined) setImmediate(() => this.#go());
    this.#received = Math.min(received, this.#received ?? received);
  }

  #go(): void {
    const end = performance.now() + STRETCH;
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
