import type { Clock } from './clock.ts';

/**
 * Milliseconds between two calls, by either clock, above which the machine has slept and its connections may be gone.
 */
const MIN_SLEEP = 30_000;

/**
 * Detects that the machine has slept, if it is called every few seconds. On Linux the monotonic clock stops during a
 * sleep, but the wall clock goes on. On macOS and Windows the monotonic clock goes on, too, and the wall clock may have
 * been set back. A process that was stopped, and a wall clock that was set forward, look the same.
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

  /** Whether the machine has slept since the last call. */
  hasSlept(): boolean {
    const [now, wallTime] = [this.#clock.now(), this.#clock.wallTime()];
    const passed = Math.max(now - this.#looked, wallTime - this.#lookedWall);
    this.#looked = now;
    this.#lookedWall = wallTime;
    return passed > MIN_SLEEP;
  }
}
