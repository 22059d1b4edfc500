import {
  OVERLOAD_QUIET,
  type OverloadBegun,
  type OverloadFigures,
  type OverloadOver,
  type TurnedAway,
} from '../../boundary/incident-report.ts';

/** What a worker reports at a tick: requests in flight, and the clients turned away since the last tick. */
export interface Seen {
  readonly inFlight: number;
  readonly since: ReadonlyMap<keyof TurnedAway, number> | undefined;
  /** Called when they are needed. */
  readonly figures: () => OverloadFigures;
}

/** Detects that a worker begins to turn clients away, and that it has not done so for OVERLOAD_QUIET. */
export class OverloadWatch {
  #going = false;
  #last = 0;
  #peakInFlight = 0;
  #turnedAway: Partial<Record<keyof TurnedAway, number>> = {};

  /**
   * Call it at every tick. `since` is undefined if no client was turned away since the last call.
   *
   * @param now in milliseconds
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
