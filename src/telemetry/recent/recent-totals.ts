import type { Gauge, ReasonCount, WorkerFigures } from '../../boundary/figures.ts';
import type { Reason } from '../../boundary/reasons.ts';
import { addUp } from './percentile.ts';

/** Number of steps that are kept: a quarter of an hour of steps of 5 s. */
export const MAX_STEPS = 180;

/** What was counted between two moments, for all workers and routes together. */
export interface Counted {
  /** In milliseconds. */
  readonly lasted: number;
  /** Number of answers by the hundreds of their status, see Totals. */
  readonly answers: readonly number[];
  /** Durations of requests, per bucket as in DurationCount. */
  readonly durations: readonly number[];
  /** Why podway answered itself or ended an exchange; only reasons that occurred. */
  readonly reasons: ReadonlyMap<Reason, number>;
  /** How often workers ejected a pod. */
  readonly ejections: number;
  /** Connections of clients that podway closed on arrival. */
  readonly shed: number;
}

/** One step, and the gauges at its end. */
export interface Step extends Counted {
  /** Its end, in milliseconds since 1970. */
  readonly time: number;
  readonly inFlight: number;
  readonly tunnels: number;
  readonly connections: number;
  /** Revision of the published table. */
  readonly revision: number;
  /** Number of checks since the start that found no file descriptor free. */
  readonly shortages: number;
}

interface Counting {
  readonly answers: number[];
  readonly durations: number[];
  readonly reasons: Map<Reason, number>;
  ejections: number;
  shed: number;
}

/**
 * The last quarter of an hour in figures whose size does not depend on the number of routes: about 60 KiB. A step lasts
 * from one call of `close` to the next, and contains what the workers reported in between.
 */
export class RecentTotals {
  readonly #steps: Step[] = [];
  readonly #workers = new Map<number, WorkerFigures>();
  #open = nothing();
  #openSince: number;

  /** Parameters named `now` are milliseconds of performance.now(). */
  constructor(now: number) {
    this.#openSince = now;
  }

  /** The last figures of every living worker. */
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
    this.#open.ejections += figures.scalars.upstream_ejections;
    this.#open.shed += figures.scalars.downstream_connections_shed;
  }

  /** The worker is gone; what it counted stays. */
  forget(worker: number): void {
    this.#workers.delete(worker);
  }

  /** @param at what the workers do not report; its `time` is the same moment as `now` */
  close(now: number, at: Pick<Step, 'time' | 'revision' | 'shortages'>): void {
    const step = {
      ...this.#open,
      ...at,
      lasted: now - this.#openSince,
      inFlight: this.gauge('exchanges_in_flight'),
      tunnels: this.gauge('tunnels'),
      connections: this.gauge('downstream_connections'),
    };
    this.#steps.push(step);
    if (this.#steps.length > MAX_STEPS) this.#steps.shift();
    this.#open = nothing();
    this.#openSince = now;
  }

  /**
   * The sum of the newest steps: `lasted` is `duration` milliseconds or a little more, or less if there are fewer
   * steps.
   */
  latest(duration: number): Counted {
    const sum = nothing();
    let lasted = 0;
    for (let at = this.#steps.length - 1; at >= 0 && lasted < duration; at -= 1) {
      const step = this.#steps[at] as Step;
      addCounts(sum, step);
      for (const [reason, count] of step.reasons) addReasons(sum.reasons, [{ reason, count }]);
      sum.ejections += step.ejections;
      sum.shed += step.shed;
      lasted += step.lasted;
    }
    return { ...sum, lasted };
  }

  /** The sum of what all living workers reported last. */
  gauge(name: Gauge): number {
    let sum = 0;
    for (const { gauges } of this.#workers.values()) sum += gauges[name];
    return sum;
  }
}

function nothing(): Counting {
  return { answers: [], durations: [], reasons: new Map(), ejections: 0, shed: 0 };
}

function addCounts(to: Counting, { answers, durations }: Pick<Counted, 'answers' | 'durations'>): void {
  addUp(to.answers, answers);
  addUp(to.durations, durations);
}

function addReasons(to: Map<Reason, number>, counts: readonly ReasonCount[]): void {
  for (const { reason, count } of counts) to.set(reason, (to.get(reason) ?? 0) + count);
}
