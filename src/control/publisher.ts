/**
 * Makes changes live. There is no debounce timer: what changes in one turn of the event loop goes out together at the
 * end of that turn, so an event is live in every worker before the loop has turned twice.
 */
export class Publisher {
  readonly #publish: () => void;
  #scheduled = false;

  constructor(publish: () => void) {
    this.#publish = publish;
  }

  /** Something may have changed. */
  touch(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#publish();
    });
  }
}
