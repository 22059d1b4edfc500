/** Number of failed attempts that are allowed at once, and per second after that. */
const BURST = 50;
const PER_SECOND = 10;

/** Limits failed attempts. Above the limit no attempt is checked, so that a correct guess is not accepted either. */
export class FailedAttemptLimiter {
  #left = BURST;
  #at = Number.NEGATIVE_INFINITY;

  /** Whether another attempt is allowed now. */
  isOpen(now: number): boolean {
    this.#refill(now);
    return this.#left >= 1;
  }

  /** Counts a failed attempt. */
  failed(now: number): void {
    this.#refill(now);
    this.#left = Math.max(0, this.#left - 1);
  }

  #refill(now: number): void {
    const earned = ((now - this.#at) / 1000) * PER_SECOND;
    this.#left = Math.min(BURST, this.#left + earned);
    this.#at = now;
  }
}
