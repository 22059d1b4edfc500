/** How often something may happen on one connection: `burst` times at once, and `perSecond` times a second for ever. */
export interface Pace {
  readonly burst: number;
  readonly perSecond: number;
}

/** One connection's account of something that costs more to serve than to send. */
export class TokenBucket {
  readonly #pace: Pace;
  #left: number;
  /** Milliseconds; when `#left` was right. */
  #at = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
    this.#left = pace.burst;
  }

  /** One more may happen. */
  giveBack(): void {
    if (this.#left < this.#pace.burst) this.#left += 1;
  }

  /** False: it has happened too often. */
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
