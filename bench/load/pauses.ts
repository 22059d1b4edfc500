interface Pause {
  readonly from: number;
  readonly to: number;
}

/**
 * Detects pauses of a thread by a frequent timer that was late. Requests in flight during a pause waited for this thread, not
 * for the measured program. All times must have the same clock and unit.
 */
export class Pauses {
  readonly #threshold: number;
  readonly #pauses: Pause[] = [];
  #last: number;

  /** @param threshold if two beats are further apart than this, there is a pause between them */
  constructor(now: number, threshold: number) {
    this.#last = now;
    this.#threshold = threshold;
  }

  tick(now: number): void {
    if (now - this.#last > this.#threshold) this.#pauses.push({ from: this.#last, to: now });
    this.#last = now;
  }

  /** Whether a pause overlaps this interval. */
  overlaps(from: number, to: number): boolean {
    return this.#pauses.some((pause) => pause.from < to && pause.to > from);
  }
}
