/** Limit of an event on one connection: `burst` times at once, and `perSecond` times a second on average. */
export interface Pace {
  readonly burst: number;
  readonly perSecond: number;
}

/** Counts an event of one connection and compares it with a pace. */
export class TokenBucket {
  readonly #pace: Pace;
  /** How many more times the event may happen now. */
  #left: number;
  /** The moment at which `#left` was computed, in milliseconds. */
  #at = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
    this.#left = pace.burst;
  }

  /** Allows the event once more, up to `burst`. */
  giveBack(): void {
    if (this.#left < this.#pace.burst) this.#left += 1;
  }

  /** Counts one event at the moment `now`, in milliseconds. False: the limit is exceeded. */
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
