/** Of the time that its work takes may pass before it is done again: at most so small a part of a core goes into it. */
const PAUSE = 200;

/** What costs as much as there are routes: worked out when it may be different, and the less often the longer it takes. */
export class Paced<T> {
  #made: { readonly of: unknown; readonly value: T } | undefined;
  #notBefore = Number.NEGATIVE_INFINITY;
  readonly #now: () => number;

  /** @param now milliseconds of performance.now() */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param of another one: the value may be another */
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
