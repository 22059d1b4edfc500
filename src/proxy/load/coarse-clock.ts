import { performance } from 'node:perf_hooks';
import { IndexedSet } from './indexed-set.ts';

/** An object with at most one deadline; `Infinity` means none. */
export interface Timed {
  /** In milliseconds of the clock's `now`. */
  readonly deadline: number;
  /** Its place with the clock; -1 if it has none. */
  clockIndex: number;
  expire(): void;
}

/** Milliseconds between two checks of the deadlines. A timeout may be late by this time. */
export const TICK = 50;

/**
 * One interval for all deadlines of a worker: a timer per socket would cost more than most requests.
 *
 * `now` stands still while the event loop is blocked (a tick adds at most two ticks). When the loop continues after two
 * seconds, podway first reads what peers sent meanwhile, and no peer times out because podway was blocked.
 */
export class CoarseClock {
  /** Milliseconds since an arbitrary start; only differences have a meaning. */
  now = 0;
  readonly #timed = new IndexedSet<'clockIndex', Timed>('clockIndex');
  readonly #onTick: (late: number) => void;
  #last = performance.now();
  #interval: NodeJS.Timeout | undefined;

  /** @param onTick gets how late the tick is, in milliseconds */
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
