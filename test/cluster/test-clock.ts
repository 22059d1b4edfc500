import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/cluster/clock.ts';

/** Delays of this length or more are a watchdog's and end only by `advance`; shorter ones are a backoff's. */
const LONG = 100_000;

/** A clock on which a backoff passes at once and is written down. */
export class TestClock implements Clock {
  /** Milliseconds of every backoff, in order. */
  readonly backoffs: number[] = [];
  #now = 0;
  readonly #sleeping = new Set<{ readonly until: number; readonly wake: () => void }>();

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (ms < LONG) {
      this.backoffs.push(ms);
      this.#now += ms;
      await turn();
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleeper = { until: this.#now + ms, wake: resolve };
    this.#sleeping.add(sleeper);
    signal.addEventListener('abort', () => resolve());
    if (signal.aborted) resolve();
    await promise;
    this.#sleeping.delete(sleeper);
  }

  /** Lets time pass, and whoever slept until then wake. */
  advance(ms: number): void {
    this.#now += ms;
    for (const { until, wake } of this.#sleeping) if (until <= this.#now) wake();
  }
}
