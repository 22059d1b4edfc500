/**
 * How long podway may wait for the bytes of one request's body, all waits added up. A client that sends at least as many
 * bytes a second as the configured rate never runs out of time; a slower one does. Times are those of the
 * worker's clock, in milliseconds.
 *
 *   at first          `grace`
 *   with each byte    1/rate seconds more, up to `most`: a client that has sent much may pause, but not send a byte at a time for hours
 *   while waiting     less
 */
export class BodyRate {
  readonly #rate: number;
  readonly #max: number;
  #left: number;
  #counted = 0;
  /** When the current wait began; -1: no wait. */
  #since = -1;

  /** `rate`: bytes a second. */
  constructor(rate: number, grace: number, max: number) {
    this.#rate = rate;
    this.#left = grace;
    this.#max = Math.max(grace, max);
  }

  /** podway waits for the client, which has sent `bytes` in total; returns the maximum wait. */
  startWaiting(now: number, bytes: number): number {
    this.stopWaiting(now);
    this.#since = now;
    const more = ((bytes - this.#counted) * 1_000) / this.#rate;
    this.#counted = bytes;
    this.#left = Math.min(this.#left + more, this.#max);
    return this.#left;
  }

  /** podway does not wait for the client: it waits for the pod. */
  stopWaiting(now: number): void {
    if (this.#since >= 0) this.#left -= now - this.#since;
    this.#since = -1;
  }

  /** The time is over. */
  isSpent(now: number): boolean {
    return this.#since >= 0 && now - this.#since >= this.#left;
  }
}
