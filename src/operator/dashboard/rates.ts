import { percentile } from '../../telemetry/recent/percentile.ts';
import type { Counted, RecentTotals, Step } from '../../telemetry/recent/recent-totals.ts';
import type { Now, Point } from './state.ts';

/** Milliseconds over which rates are computed. */
const RATES = 5_000;
/** Milliseconds over which percentiles are computed. */
const PERCENTILES = 60_000;

/** The current rates, computed from complete steps. */
export function ratesNow(totals: RecentTotals): Now {
  // A step may last a little less than RATES.
  const recent = totals.latest(RATES / 2);
  const [clientErrors, serverErrors] = errorParts(recent);
  const { durations } = totals.latest(PERCENTILES - RATES / 2);
  return {
    requests: perSecond(recent),
    clientErrors,
    serverErrors,
    ...percentiles(durations),
    inFlight: totals.gauge('exchanges_in_flight'),
    tunnels: totals.gauge('tunnels'),
    connections: totals.gauge('downstream_connections'),
  };
}

export function pointOf(step: Step): Point {
  const { time, inFlight, tunnels, revision, durations } = step;
  const { p50, p95, p99 } = percentiles(durations);
  return [time / 1_000, perSecond(step), ...errorParts(step), p50, p95, p99, inFlight, tunnels, revision];
}

/** Percentiles in seconds; null: no request. */
export function percentiles(durations: ArrayLike<number>): Pick<Now, 'p50' | 'p95' | 'p99'> {
  const of = (part: number) => {
    const seconds = percentile(durations, part);
    return seconds === undefined ? null : rounded(seconds);
  };
  return { p50: of(0.5), p95: of(0.95), p99: of(0.99) };
}

/** Rounds to four digits: a graph shows no more. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function perSecond({ answers, lasted }: Pick<Counted, 'answers' | 'lasted'>): number {
  return lasted > 0 ? rounded((sumOf(answers) * 1_000) / lasted) : 0;
}

function errorParts({ answers }: Pick<Counted, 'answers'>): [client: number | null, server: number | null] {
  const all = sumOf(answers);
  if (all === 0) return [null, null];
  return [rounded((answers[4] ?? 0) / all), rounded((answers[5] ?? 0) / all)];
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, it) => sum + it, 0);
}
