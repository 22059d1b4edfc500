const WINDOW = 60_000;
const MAX_CRASHES = 5;
const FIRST_WAIT = 50;
const MAX_WAIT = 1_000;

/** Limits how often podway replaces crashed workers. The wait before a replacement grows with each crash. */
export class CrashBudget {
  #crashes: number[] = [];

  /** Milliseconds to wait before the replacement; undefined if this was the fifth crash within a minute. */
  spend(now: number): number | undefined {
    this.#crashes = [...this.#crashes.filter((at) => now - at < WINDOW), now];
    if (this.#crashes.length >= MAX_CRASHES) return undefined;
    return Math.min(MAX_WAIT, FIRST_WAIT * 4 ** (this.#crashes.length - 1));
  }
}
