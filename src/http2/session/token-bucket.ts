/** How often something may happen on one connection: `burst` times at once, and `perSecond` times a second on average. */
export interface Pace {
  readonly burst: number;
  readonly perSecond: number;
}

/** Counts how often one thing happens on one connection, and compares it with a pace. */
export class TokenBucket {
  readonly #pace: Pace;
  /** How often it may still happen now. */
  #left: number;
  /** The moment for which `#left` is right, in milliseconds. */
  #at = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
    this.#left = pace.burst;
  }

  /** It may happen once more, up to `burst`. */
  giveBack(): void {
    if (this.#left < this.#pace.burst) this.#left += 1;
  }

  /** It happens once, at this moment in milliseconds. False: it has happened too often. */
  take(now: number): boolean {
    if (this.#left < 1) {
      const { burst, perSecond } = this.#pace;
      this.#left = Math.min(burst, this.#left + ((now - this.#at) / 1_000) * perSecond);
      this.#at = now;
      if (this.#left < 1) return false;
    }
    if (this.#left === this.#pace.burst) this.#at = now;
    this.#left -= 1;
    return true;
  }
}
