import { createHistogram } from 'node:perf_hooks';
import type { DelayFigures } from '../../boundary/figures.ts';

/** In milliseconds. Longer than most scrape intervals, so that scrapes miss no pause. */
const WINDOW = 30_000;
const NANOSECONDS_PER_MICROSECOND = 1_000;
const HOUR_IN_MICROSECONDS = 3_600_000_000;

const histogram = () => createHistogram({ lowest: 1, highest: HOUR_IN_MICROSECONDS, figures: 3 });

/**
 * How late the ticks of a worker were in the last 30 to 60 seconds. Reading changes no state: two scrapers get the same
 * figures, and a scrape right after another does not get 0.
 */
export class LoopDelay {
  #current = histogram();
  #before = histogram();
  #since = 0;

  /** `late` and `now`, of any clock, in milliseconds. */
  record(late: number, now: number): void {
    if (now - this.#since >= WINDOW) {
      this.#since = now;
      [this.#before, this.#current] = [this.#current, this.#before];
      this.#current.reset();
    }
    this.#current.record(
      Math.min(Math.max(Math.round(late * NANOSECONDS_PER_MICROSECOND), 1), HOUR_IN_MICROSECONDS),
    );
  }

  figures(): DelayFigures {
    const all = histogram();
    all.add(this.#before);
    all.add(this.#current);
    if (all.count === 0) return { mean: 0, p99: 0, max: 0 };
    const seconds = (value: number): number => value / (NANOSECONDS_PER_MICROSECOND * 1_000);
    return { mean: seconds(all.mean), p99: seconds(all.percentile(99)), max: seconds(all.max) };
  }
}
