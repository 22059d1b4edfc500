import {
  OVERLOAD_QUIET,
  type OverloadStart,
  type OverloadFigures,
  type OverloadEnd,
  type RejectedCounts,
} from '../../boundary/incident-report.ts';

/** What a worker reports at a tick: requests in flight, and the clients rejected since the last tick. */
export interface LoadSample {
  readonly inFlight: number;
  readonly since: ReadonlyMap<keyof RejectedCounts, number> | undefined;
  /** Called when they are needed. */
  readonly figures: () => OverloadFigures;
}

/** Detects that a worker begins to reject clients, and that it has not done so for OVERLOAD_QUIET. */
export class OverloadWatch {
  #isActive = false;
  #last = 0;
  #peakInFlight = 0;
  #rejected: Partial<Record<keyof RejectedCounts, number>> = {};

  /**
   * Call it at every tick. `since` is undefined if no client was rejected since the last call.
   *
   * @param now in milliseconds
   */
  check(now: number, { inFlight, since, figures }: LoadSample): OverloadStart | OverloadEnd | undefined {
    if (since === undefined && !this.#isActive) return undefined;
    this.#peakInFlight = Math.max(this.#peakInFlight, inFlight);
    if (since !== undefined) {
      this.#last = now;
      for (const [reason, count] of since) this.#rejected[reason] = (this.#rejected[reason] ?? 0) + count;
      if (this.#isActive) return undefined;
      this.#isActive = true;
      return { state: 'begun', rejected: this.#takeRejected(), figures: figures() };
    }
    if (now - this.#last < OVERLOAD_QUIET) return undefined;
    const peakInFlight = this.#peakInFlight;
    this.#isActive = false;
    this.#peakInFlight = 0;
    return { state: 'over', rejected: this.#takeRejected(), peakInFlight };
  }

  #takeRejected(): RejectedCounts {
    const taken = this.#rejected;
    this.#rejected = {};
    return taken;
  }
}
