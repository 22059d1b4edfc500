/** Milliseconds without a refusal after which an overload is over. */
export const OVERLOAD_QUIET = 5_000;

/** What a worker's state was when it began to turn clients away. */
export interface OverloadFigures {
  readonly inFlight: number;
  readonly connections: number;
  /** Requests that may begin before the next tick; 0 = as many as come. */
  readonly intakeLimit: number;
  /** Bytes of requests that no pod has taken. */
  readonly heldBytes: number;
  /** Milliseconds that the event loop was late. */
  readonly late: number;
  /** Bytes of the JavaScript heap. */
  readonly heapUsed: number;
}

/** Turned away since the last time it was told, by reason; `connections`: closed when they came. */
export type TurnedAway = Readonly<Record<string, number>>;

export interface OverloadBegun {
  readonly state: 'begun';
  readonly turnedAway: TurnedAway;
  readonly figures: OverloadFigures;
}

export interface OverloadOver {
  readonly state: 'over';
  /** Since it began, without what was told then. */
  readonly turnedAway: TurnedAway;
  readonly peakInFlight: number;
}

/** How many clients there are, and were turned away. */
export interface Seen {
  readonly inFlight: number;
  readonly since: ReadonlyMap<string, number> | undefined;
  /** Called when they are needed. */
  readonly figures: () => OverloadFigures;
}

/** Notices that a worker begins to turn clients away, and that it has not done so for a while. */
export class OverloadWatch {
  #going = false;
  #last = 0;
  #peakInFlight = 0;
  #turnedAway: Record<string, number> = {};

  /**
   * Call it with every tick. `now` in milliseconds; `since`: what was turned away since the last call, undefined when
   * nothing was.
   */
  look(now: number, { inFlight, since, figures }: Seen): OverloadBegun | OverloadOver | undefined {
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
