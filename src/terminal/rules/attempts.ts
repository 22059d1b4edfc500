/** Failed attempts that are judged at once, and in a second from then on. */
const BURST = 50;
const PER_SECOND = 10;

/** How often something may be got wrong. While too much is, nothing is judged: a right guess would not be found out either. */
export class Attempts {
  #left = BURST;
  #at = Number.NEGATIVE_INFINITY;

  /** There may be one more now. */
  isOpen(now: number): boolean {
    this.#refill(now);
    return this.#left >= 1;
  }

  /** One was wrong. */
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
