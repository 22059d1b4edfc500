/**
 * Minimum number of requests that may start between two ticks: a worker whose pods are all slow must not stop
 * admitting.
 */
const MIN_LIMIT = 16;
/** The half-life of the best recent rate, in milliseconds of work. */
const RATE_HALF_LIFE = 500;

/**
 * Limits how many requests start per tick under overload: the number that the worker can finish in `span` milliseconds
 * at its best recent rate. While turns last longer than that, fewer requests start than are answered, and the backlog
 * shrinks; while they are shorter, it grows. So the core is busy without a growing backlog, regardless of the cost of a
 * request: most of its work comes turns later, with its answer. Waiting requests (slow pods, open streams, slow
 * readers) are neither started nor answered, so they do not count. A worker that was paused with little to do admits
 * all requests that came meanwhile.
 */
export class Admission {
  /** Infinity while there is no overload. */
  limit = Number.POSITIVE_INFINITY;
  readonly #span: number;
  /** Since the last tick: requests admitted, and requests whose response head came or no longer can. */
  #admitted = 0;
  #answered = 0;
  /**
   * The answered requests and the work for them, smoothed: one turn often reads only requests, and the next their
   * answers.
   */
  #recently = 0;
  #work = 0;
  #capacity = 0;

  /** @param span in milliseconds */
  constructor(span: number) {
    this.#span = span;
  }

  /** Requests answered per millisecond of work, at the best recent rate; 0 before the first. */
  get capacity(): number {
    return this.#capacity;
  }

  /** No more requests may start before the next tick. */
  get full(): boolean {
    return this.#admitted >= this.limit;
  }

  /** Counts a request if it may start; returns false if it may not. */
  admit(): boolean {
    if (this.full) return false;
    this.#admitted += 1;
    return true;
  }

  answered(): void {
    this.#answered += 1;
  }

  /** Call it at every tick. `work`: milliseconds since the last tick in which the event loop did not wait. */
  tick({ work, overloaded }: { readonly work: number; readonly overloaded: boolean }): void {
    this.#recently = (this.#recently + this.#answered) / 2;
    this.#work = (this.#work + work) / 2;
    const idle = this.full && work < this.#span / 4;
    this.#admitted = 0;
    this.#answered = 0;
    const now = this.#work > 0 ? this.#recently / this.#work : 0;
    this.#capacity = Math.max(now, this.#capacity * 0.5 ** (work / RATE_HALF_LIFE));
    // All requests that were allowed to start have started, and the core had time left: it can do more, even if pods
    // are slow to answer.
    if (idle) this.#capacity = Math.max(this.#capacity, (2 * this.limit) / this.#span);
    const fits = Math.ceil(this.#capacity * this.#span);
    this.limit = overloaded ? Math.max(fits, MIN_LIMIT) : Number.POSITIVE_INFINITY;
  }
}
