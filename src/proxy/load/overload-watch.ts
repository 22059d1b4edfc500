import {
  OVERLOAD_QUIET,
  type OverloadBegun,
  type OverloadFigures,
  type OverloadOver,
  type TurnedAway,
} from '../../boundary/incident-report.ts';

/** How many clients there are, and were turned away. */
export interface Seen {
  readonly inFlight: number;
  readonly since: ReadonlyMap<keyof TurnedAway, number> | undefined;
  /** Called when they are needed. */
  readonly figures: () => OverloadFigures;
}

/** Notices that a worker begins to turn clients away, and that it has not done so for a while. */
export class OverloadWatch {
  #going = false;
  #last = 0;
  #peakInFlight = 0;
  #turnedAway: Partial<Record<keyof TurnedAway, number>> = {};

  /**
   * Call it with every tick. `now` in milliseconds; `since`: what was turned away since the last call, undefined when
   * nothing was.
   */
  check(now: number, { inFlight, since, figures }: Seen): OverloadBegun | OverloadOver | undefined {
    if (since === undefined && !this.#going) return undefined;
    this.#peakInFlight = Math.max(this.#peakInFlight, inFlight);
    if (since !== undefined) {
      this.#last = now;
      for (const [reason, count] of since) this.#turnedAway[reason] = (this.#turnedAway[reason] ?? 0) + count;
      if (this.#going) return undefined;
      this.#going = true;
      return { state: 'begun', turnedAway: this.#takeTurnedAway(), figures: figures() };
    }
    if (now - this.#last < OVERLOAD_QUIET) return undefined;
    const peakInFlight = this.#peakInFlight;
    this.#going = false;
    this.#peakInFlight = 0;
    return { state: 'over', turnedAway: this.#takeTurnedAway(), peakInFlight };
  }

  #takeTurnedAway(): TurnedAway {
    const taken = this.#turnedAway;
    this.#turnedAway = {};
    return taken;
  }
}
