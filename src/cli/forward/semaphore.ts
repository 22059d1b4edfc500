/** A semaphore: a limited number of places, granted in the order of requests. */
export class Semaphore {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(size: number) {
    this.#free = size;
  }

  /** Resolves with a function that returns the place (only its first call counts), or with undefined if `signal` aborts before. */
  async acquire(signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return undefined;
    if (this.#free > 0) this.#free -= 1;
    else if (!(await this.#turn(signal))) return undefined;
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#release();
    };
  }

  async #turn(signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const next = () => resolve(true);
    const give = () => {
      // If the place was granted in the same moment, the caller gets it nevertheless.
      if (!this.#waiting.delete(next)) return;
      resolve(false);
    };
    this.#waiting.add(next);
    signal.addEventListener('abort', give);
    const got = await promise;
    signal.removeEventListener('abort', give);
    return got;
  }

  #release(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free += 1;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}
