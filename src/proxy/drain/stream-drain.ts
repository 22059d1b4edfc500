import type { Timed } from '../load/coarse-clock.ts';

/** Something that goes on for as long as its ends like, and that podway can end between two of its messages. */
export interface Drainable {
  /**
   * Its time has come. Called again with every tick of the clock until it returns true: it is ended, or cannot be, and the end of
   * the drain timeout cuts it.
   */
  drain(): boolean;
}

interface Clock {
  readonly now: number;
  add(timed: Timed): void;
}

/** At the end of the drain timeout so much is left for the last to be answered, and at most half of it; milliseconds. */
const LAST = 5_000;

/**
 * WebSockets and event streams at the end of the process: each is ended at a random moment, spread evenly over the drain timeout. Their
 * clients come back at once and have no back-off, for they were connected; all at one moment would be more than what they come
 * back to can bear (https://github.com/envoyproxy/envoy/issues/44419).
 */
export class StreamDrain implements Timed {
  deadline = Number.POSITIVE_INFINITY;
  clockSeat = -1;
  readonly #clock: Clock;
  readonly #random: () => number;
  /** With the moment of each, on the clock. */
  readonly #members = new Map<Drainable, number>();
  #end = Number.POSITIVE_INFINITY;

  /** @param random from 0 to below 1 */
  constructor(clock: Clock, random: () => number = Math.random) {
    this.#clock = clock;
    this.#random = random;
  }

  join(member: Drainable): void {
    this.#members.set(member, this.#moment());
  }

  leave(member: Drainable): void {
    this.#members.delete(member);
  }

  /** @param timeout milliseconds after which all are cut */
  begin(timeout: number): void {
    const { now } = this.#clock;
    this.#end = now + Math.max(timeout - LAST, timeout / 2);
    this.deadline = now;
    for (const member of this.#members.keys()) this.#members.set(member, this.#moment());
    this.#clock.add(this);
  }

  expire(): void {
    const { now } = this.#clock;
    for (const [member, moment] of this.#members)
      if (moment <= now && member.drain()) this.#members.delete(member);
  }

  #moment(): number {
    const { now } = this.#clock;
    if (this.#end === Number.POSITIVE_INFINITY) return this.#end;
    return now + Math.max(this.#end - now, 0) * this.#random();
  }
}
