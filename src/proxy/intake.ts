/** So many may begin between two ticks whatever happens: a worker whose pods are all slow is not closed for it. */
const FLOOR = 16;

/**
 * How many requests a worker begins between two ticks of its clock, once it has more to do than it can: as many as it
 * answers in the time that shall pass between them (`span`). While turns last longer than that, fewer begin than are
 * answered, and the work that waits shrinks; while they are shorter, it grows. So much is begun as keeps the core busy, and
 * no more, whatever a request costs and whenever: most of it comes turns later, with its answer. What only waits (slow
 * pods, open streams, slow readers) is neither begun nor answered, and so not counted at all.
 */
export class Intake {
  /** Infinity while there is no overload. */
  limit = Number.POSITIVE_INFINITY;
  readonly #span: number;
  /** Since the last tick: requests let in; response heads that came, or never will. */
  #begun = 0;
  #answered = 0;
  /** The same and the milliseconds it took, smoothed: one turn often reads only requests, and the next their answers. */
  #recently = 0;
  #time = 0;

  /** Milliseconds. */
  constructor(span: number) {
    this.#span = span;
  }

  /** No more may begin before the next tick. */
  get full(): boolean {
    return this.#begun >= this.limit;
  }

  /** A request begins, if it may. */
  begins(): boolean {
    if (this.full) return false;
    this.#begun += 1;
    return true;
  }

  answered(): void {
    this.#answered += 1;
  }

  /** Call it with every tick, so many milliseconds after the one before. */
  tick(passed: number, overloaded: boolean): void {
    this.#recently = (this.#recently + this.#answered) / 2;
    this.#time = (this.#time + passed) / 2;
    this.#begun = 0;
    this.#answered = 0;
    const fits = Math.ceil((this.#recently / this.#time) * this.#span);
    this.limit = overloaded ? Math.max(fits, FLOOR) : Number.POSITIVE_INFINITY;
  }
}
