interface Pause {
  readonly from: number;
  readonly to: number;
}

/**
 * When a thread stood still, seen from a beat that should come often: what was under way then waited for the thread and
 * not for what it measures. Times are of one clock, in one unit.
 */
export class Pauses {
  readonly #longest: number;
  readonly #pauses: Pause[] = [];
  #last: number;

  /** Beats further apart than `longest` have a pause between them. */
  constructor(now: number, longest: number) {
    this.#last = now;
    this.#longest = longest;
  }

  beat(now: number): void {
    if (now - this.#last > this.#longest) this.#pauses.push({ from: this.#last, to: now });
    this.#last = now;
  }

  /** Whether there was one in this stretch of time. */
  between(from: number, to: number): boolean {
    return this.#pauses.some((pause) => pause.from < to && pause.to > from);
  }
}
