import type { Clock } from './clock.ts';

/** Milliseconds between two looks, by either clock, after which the machine has slept, and its connections may be gone. */
const SLEPT = 30_000;

/**
 * Notices a sleep of the machine, if it is called every few seconds. The monotonic clock stands still meanwhile on Linux;
 * on macOS and Windows it goes on, where the wall clock may have been set back. A process that was stopped, and a wall
 * clock that is set forward, look the same.
 */
export class MachineSleep {
  readonly #clock: Clock;
  #looked: number;
  #lookedWall: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#looked = clock.now();
    this.#lookedWall = clock.wallTime();
  }

  /** Since the look before. */
  hasSlept(): boolean {
    const [now, wallTime] = [this.#clock.now(), this.#clock.wallTime()];
    const passed = Math.max(now - this.#looked, wallTime - this.#lookedWall);
    this.#looked = now;
    this.#lookedWall = wallTime;
    return passed > SLEPT;
  }
}
