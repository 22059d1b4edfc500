import type { Timed } from '../load/coarse-clock.ts';

/** A stream or tunnel that lasts until one of its ends closes it, and that podway can end between two of its messages. */
export interface Drainable {
  /**
   * Its moment has come. Called again with every tick of the clock until it returns true: it has ended, or it cannot be
   * ended, and the end of the drain timeout cuts it.
   */
  drain(): boolean;
}

interface Clock {
  readonly now: number;
  add(timed: Timed): void;
}

/** Milliseconds at the end of the drain timeout in which the last ones can be answered; at most half of the timeout. */
const LAST_ANSWERS_TIME = 5_000;

/**
 * Ends WebSockets and event streams when the process ends: each at a random moment, spread evenly over the drain
 * timeout. Their clients reconnect at once and without back-off, because they were connected. If all did so at the same
 * moment, they would overload the server to which they reconnect (https://github.com/envoyproxy/envoy/issues/44419).
 */
export class StreamDrain implements Timed {
  deadline = Number.POSITIVE_INFINITY;
  clockIndex = -1;
  readonly #clock: Clock;
  readonly #random: () => number;
  /** The members, with the moment of each on the clock. */
  readonly #members = new Map<Drainable, number>();
  #end = Number.POSITIVE_INFINITY;

  /** @param random returns a number from 0 to below 1 */
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

  /** @param timeout milliseconds after which podway cuts all */
  begin(timeout: number): void {
    const { now } = this.#clock;
    this.#end = now + Math.max(timeout - LAST_ANSWERS_TIME, timeout / 2);
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
