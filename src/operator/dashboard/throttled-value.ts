/** Minimum pause after a computation, as a multiple of its duration: the computations use at most one 200th of a core. */
const PAUSE = 200;

/**
 * Keeps a value whose computation is expensive, for example proportional to the number of routes. It computes the value again only
 * if its input may have changed, and less often the longer the computation takes.
 */
export class ThrottledValue<T> {
  #made: { readonly of: unknown; readonly value: T } | undefined;
  #notBefore = Number.NEGATIVE_INFINITY;
  readonly #now: () => number;

  /** @param now milliseconds of performance.now() */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param of identifies the input: the value may differ only if `of` differs */
  take(of: unknown, make: () => T): T {
    const began = this.#now();
    if (this.#made !== undefined && (this.#made.of === of || began < this.#notBefore))
      return this.#made.value;
    const value = make();
    const ended = this.#now();
    this.#made = { of, value };
    this.#notBefore = ended + (ended - began) * PAUSE;
    return value;
  }
}
