import type { SeriesIncrement, WorkerFigures } from '../boundary/figures.ts';
import type { RouteName } from '../boundary/delta.ts';
import { RecentTotals, type Step } from '../telemetry/recent/recent-totals.ts';
import { RouteWindows } from '../telemetry/recent/route-windows.ts';

/** Length of a step of the totals, in milliseconds. */
const STEP_LENGTH = 5_000;
const STEPS_PER_MINUTE = 12;

/** The reports that it requests of the workers. */
interface Reporting {
  figures(): Promise<void>;
  collect(): Promise<void>;
}

/**
 * Figures of the last quarter of an hour, for operators who look at the dashboard after an incident. Every five seconds, each worker
 * sends its figures in one small message. Every minute, it sends a full report; this is needed also because without scrapes a
 * worker's counts would grow with every new route.
 */
export class Recent {
  readonly totals = new RecentTotals(performance.now());
  readonly routes = new RouteWindows(performance.now());
  readonly #isKept: boolean;
  #steps = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  /** @param isKept a viewer may connect: there is an operator listener */
  constructor(isKept: boolean) {
    this.#isKept = isKept;
  }

  start(workers: Reporting, at: () => Pick<Step, 'revision' | 'shortages'>): void {
    setInterval(() => void this.#step(workers, at), STEP_LENGTH).unref();
  }

  /** Call it exactly once with all figures that a worker sent. */
  figures(figures: WorkerFigures): void {
    if (this.#isKept) this.totals.add(figures);
  }

  /** Call it exactly once with every increment of a route of the table. */
  count(increment: SeriesIncrement): void {
    if (this.#isKept) this.routes.add(increment);
  }

  /** A worker has sent a full report. */
  reported(): void {
    this.#reportedAt = performance.now();
  }

  /**
   * Time of the last full report of a worker, requested here or by a scrape, in milliseconds of performance.now(); -Infinity: never.
   */
  get reportedAt(): number {
    return this.#reportedAt;
  }

  /** The routes have left the table. */
  removed(routes: readonly RouteName[]): void {
    this.routes.forget(routes);
  }

  /** The worker is gone. */
  forget(worker: number): void {
    this.totals.forget(worker);
  }

  async #step(workers: Reporting, at: () => Pick<Step, 'revision' | 'shortages'>): Promise<void> {
    this.#steps += 1;
    const isMinute = this.#steps % STEPS_PER_MINUTE === 0;
    if (isMinute) await workers.collect();
    else if (this.#isKept) await workers.figures();
    if (!this.#isKept) return;
    this.totals.close(performance.now(), { time: Date.now(), ...at() });
    if (isMinute) this.routes.turn(performance.now());
  }
}
