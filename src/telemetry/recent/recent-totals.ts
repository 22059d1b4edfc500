import type { Gauge, ReasonCount, WorkerFigures } from '../../boundary/figures.ts';
import type { Reason } from '../../boundary/reasons.ts';
import { addUp } from './percentile.ts';

/** Steps that are kept: a quarter of an hour of steps of 5 s. */
export const MOST_STEPS = 180;

/** What was counted between two moments, all workers and routes together. */
export interface Counted {
  /** Milliseconds. */
  readonly lasted: number;
  /** By the hundreds of their status, see Totals. */
  readonly answers: readonly number[];
  /** Of requests, per bucket as in DurationCount. */
  readonly durations: readonly number[];
  /** Why podway answered by itself or broke off; those that occurred. */
  readonly reasons: ReadonlyMap<Reason, number>;
}

/** One step, and the gauges at its end. */
export interface Step extends Counted {
  /** Its end, in milliseconds since 1970. */
  readonly time: number;
  readonly inFlight: number;
  readonly tunnels: number;
  readonly connections: number;
}

interface Counting {
  readonly answers: number[];
  readonly durations: number[];
  readonly reasons: Map<Reason, number>;
}

/**
 * The last quarter of an hour in figures that do not grow with the routes: some 60 KiB. A step lasts from one call of `close` to
 * the next, and has what the workers said in between.
 */
export class RecentTotals {
  readonly #steps: Step[] = [];
  readonly #workers = new Map<number, WorkerFigures>();
  #open = nothing();
  #openSince: number;

  /** Times called `now` are milliseconds of performance.now(). */
  constructor(now: number) {
    this.#openSince = now;
  }

  /** What every living worker said last. */
  get workers(): ReadonlyMap<number, WorkerFigures> {
    return this.#workers;
  }

  /** The oldest first. */
  get steps(): readonly Step[] {
    return this.#steps;
  }

  /** Call it exactly once with all figures that a worker sent. */
  add(figures: WorkerFigures): void {
    this.#workers.set(figures.worker, figures);
    addCounts(this.#open, figures.totals);
    addReasons(this.#open.reasons, figures.refusals);
    addReasons(this.#open.reasons, figures.failures);
  }

  /** The worker is gone; what it counted stays. */
  forget(worker: number): void {
    this.#workers.delete(worker);
  }

  /** @param time the same moment in milliseconds since 1970 */
  close(now: number, time: number): void {
    const step = {
      ...this.#open,
      time,
      lasted: now - this.#openSince,
      inFlight: this.gauge('exchanges_in_flight'),
      tunnels: this.gauge('tunnels'),
      connections: this.gauge('downstream_connections'),
    };
    this.#steps.push(step);
    if (this.#steps.length > MOST_STEPS) this.#steps.shift();
    this.#open = nothing();
    this.#openSince = now;
  }

  /** The newest steps together with what has been counted since, so that `lasted` is `wanted` or a little more. */
  since(wanted: number, now: number): Counted {
    const sum = nothing();
    addCounts(sum, this.#open);
    for (const [reason, count] of this.#open.reasons) addReasons(sum.reasons, [{ reason, count }]);
    let lasted = now - this.#openSince;
    for (let at = this.#steps.length - 1; at >= 0 && lasted < wanted; at -= 1) {
      const step = this.#steps[at] as Step;
      addCounts(sum, step);
      for (const [reason, count] of step.reasons) addReasons(sum.reasons, [{ reason, count }]);
      lasted += step.lasted;
    }
    return { ...sum, lasted };
  }

  /** Of all living workers together, as they said it last. */
  gauge(name: Gauge): number {
    let sum = 0;
    for (const { gauges } of this.#workers.values()) sum += gauges[name];
    return sum;
  }
}

function nothing(): Counting {
  return { answers: [], durations: [], reasons: new Map() };
}

function addCounts(to: Counting, { answers, durations }: Pick<Counted, 'answers' | 'durations'>): void {
  addUp(to.answers, answers);
  addUp(to.durations, durations);
}

function addReasons(to: Map<Reason, number>, counts: readonly ReasonCount[]): void {
  for (const { reason, count } of counts) to.set(reason, (to.get(reason) ?? 0) + count);
}
