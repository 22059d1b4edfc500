import type { SeriesIncrement, WorkerFigures } from '../boundary/figures.ts';
import type { RouteName } from '../boundary/delta.ts';
import { RecentTotals, type Step } from '../telemetry/recent/recent-totals.ts';
import { RouteWindows } from '../telemetry/recent/route-windows.ts';

/** Milliseconds of a step of the totals. */
const STEP = 5_000;
const STEPS_A_MINUTE = 12;

/** What it asks of the workers. */
interface Reporting {
  figures(): Promise<void>;
  collect(): Promise<void>;
}

/**
 * The last quarter of an hour, for those who come to look after something has happened. Every five seconds each worker says its
 * figures, one small message; once in a minute it reports all, which it has to do anyhow: its counts would pile up with every new
 * route without scrapes.
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
    setInterval(() => void this.#step(workers, at), STEP).unref();
  }

  /** Call it exactly once with all figures that a worker sent. */
  figures(figures: WorkerFigures): void {
    if (this.#isKept) this.totals.add(figures);
  }

  /** Call it exactly once with every increment of a route of the table. */
  count(increment: SeriesIncrement): void {
    if (this.#isKept) this.routes.add(increment);
  }

  /** A worker has reported all. */
  reported(): void {
    this.#reportedAt = performance.now();
  }

  /**
   * When a worker reported all last, regardless of who asked for it; milliseconds of performance.now(), -Infinity: never.
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
    const isMinute = this.#steps % STEPS_A_MINUTE === 0;
    if (isMinute) await workers.collect();
    else if (this.#isKept) await workers.figures();
    if (!this.#isKept) return;
    this.totals.close(performance.now(), { time: Date.now(), ...at() });
    if (isMinute) this.routes.turn(performance.now());
  }
}
