import { performance } from 'node:perf_hooks';
import { Roster } from './roster.ts';

/** Something with at most one deadline; `Infinity` means none. */
export interface Timed {
  /** On the clock's `now`, in milliseconds. */
  readonly deadline: number;
  /** Its place with the clock; -1: none. */
  clockSeat: number;
  expire(): void;
}

/** Milliseconds between two checks of the deadlines, and so how late a timeout may come. */
export const TICK = 50;

/**
 * One interval for all deadlines of a worker, where a timer per socket would cost more than most requests.
 *
 * `now` stands still while the event loop is blocked (a tick adds two ticks at most): when the loop comes back
 * after two seconds, what peers sent meanwhile is read first, and no peer is timed out for our own pause.
 */
export class CoarseClock {
  /** Milliseconds since some start; only differences mean something. */
  now = 0;
  readonly #timed = new Roster<'clockSeat', Timed>('clockSeat');
  readonly #onTick: (late: number) => void;
  #last = performance.now();
  #interval: NodeJS.Timeout | undefined;

  /** `onTick` gets how late the tick is, in milliseconds. */
  constructor(onTick: (late: number) => void) {
    this.#onTick = onTick;
  }

  start(): void {
    this.#last = performance.now();
    this.#interval ??= setInterval(() => this.#tick(), TICK).unref();
  }

  stop(): void {
    clearInterval(this.#interval);
    this.#interval = undefined;
  }

  add(timed: Timed): void {
    this.#timed.add(timed);
  }

  remove(timed: Timed): void {
    this.#timed.delete(timed);
  }

  #tick(): void {
    const real = performance.now();
    const late = Math.max(real - this.#last - TICK, 0);
    this.now += Math.min(real - this.#last, 2 * TICK);
    this.#last = real;
    this.#timed.each((timed) => {
      if (timed.deadline <= this.now) timed.expire();
    });
    this.#onTick(late);
  }
}
