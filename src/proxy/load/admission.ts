/** So many may begin between two ticks whatever happens: a worker whose pods are all slow is not closed for it. */
const FLOOR = 16;
/** Milliseconds of work after which half of what a worker was once able to do is forgotten. */
const MEMORY = 500;

/**
 * How many requests a worker begins between two ticks of its clock, once it has more to do than it can: as many as it is
 * able to answer in the time that shall pass between them (`span`), by the best that it has lately shown. While turns last
 * longer than that, fewer begin than are answered, and the work that waits shrinks; while they are shorter, it grows. So
 * much is begun as keeps the core busy, and no more, whatever a request costs and whenever: most of it comes turns later,
 * with its answer. What only waits (slow pods, open streams, slow readers) is neither begun nor answered, and so not
 * counted at all; and a worker that was held up with little to do takes in all that came meanwhile.
 */
export class Admission {
  /** Infinity while there is no overload. */
  limit = Number.POSITIVE_INFINITY;
  readonly #span: number;
  /** Since the last tick: requests let in; response heads that came, or never will. */
  #begun = 0;
  #answered = 0;
  /** The same and the work it took, smoothed: one turn often reads only requests, and the next their answers. */
  #recently = 0;
  #work = 0;
  #able = 0;

  /** Milliseconds. */
  constructor(span: number) {
    this.#span = span;
  }

  /** Requests answered in a millisecond of work, the best of late; 0 before the first. */
  get able(): number {
    return this.#able;
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

  /** Call it with every tick; `work`: milliseconds since the one before in which the event loop did not wait. */
  tick(work: number, overloaded: boolean): void {
    this.#recently = (this.#recently + this.#answered) / 2;
    this.#work = (this.#work + work) / 2;
    const idle = this.full && work < this.#span / 4;
    this.#begun = 0;
    this.#answered = 0;
    const now = this.#work > 0 ? this.#recently / this.#work : 0;
    this.#able = Math.max(now, this.#able * 0.5 ** (work / MEMORY));
    // All began that might, and the core had time left: it is able to do more, however long pods take to answer.
    if (idle) this.#able = Math.max(this.#able, (2 * this.limit) / this.#span);
    const fits = Math.ceil(this.#able * this.#span);
    this.limit = overloaded ? Math.max(fits, FLOOR) : Number.POSITIVE_INFINITY;
  }
}
