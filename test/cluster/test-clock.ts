import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/cluster/clock.ts';

/**
 * A clock on which a back-off takes no time and is recorded, and on which an alarm fires only during `run` and
 * `advance`.
 */
export class TestClock implements Clock {
  /** Milliseconds of every back-off, in order. */
  readonly backoffs: number[] = [];
  #now = 0;
  #suspended = 0;
  readonly #alarms = new Set<{ readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#now + this.#suspended;
  }

  /** The machine is suspended: only wall-clock time passes. */
  suspendFor(ms: number): void {
    this.#suspended += ms;
  }

  random(): number {
    return 0;
  }

  async sleep(ms: number): Promise<void> {
    this.backoffs.push(ms);
    this.#now += ms;
    await turn();
  }

  alarm(ms: number, callback: () => void): () => void {
    const alarm = { at: this.#now + ms, callback };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  /** Lets time pass for a running process: each alarm fires when it is due, also an alarm that another alarm sets. */
  run(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const next = Math.min(...[...this.#alarms].map(({ at }) => at));
      if (next > until) break;
      this.advance(next - this.#now);
    }
    this.#now = until;
  }

  /** Lets time pass in one step: alarms that are due fire late, as in a process that did not run. */
  advance(ms: number): void {
    this.#now += ms;
    for (const alarm of this.#alarms) {
      if (alarm.at > this.#now) continue;
      this.#alarms.delete(alarm);
      alarm.callback();
    }
  }
}
