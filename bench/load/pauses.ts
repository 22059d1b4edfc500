interface Pause {
  readonly from: number;
  readonly to: number;
}

/**
 * The pauses of a thread, seen from a beat that should come often. Requests in flight at such a moment waited for the
 * thread and not for what is measured. Times are of one clock, in one unit.
 */
export class Pauses {
  readonly #longest: number;
  readonly #pauses: Pause[] = [];
  #last: number;

  /** Two beats further apart than `longest` have a pause between them. */
  constructor(now: number, longest: number) {
    this.#last = now;
    this.#longest = longest;
  }

  beat(now: number): void {
    if (now - this.#last > this.#longest) this.#pauses.push({ from: this.#last, to: now });
    this.#last = now;
  }

  /** Whether a pause overlaps this stretch of time. */
  between(from: number, to: number): boolean {
    return this.#pauses.some((pause) => pause.from < to && pause.to > from);
  }
}
