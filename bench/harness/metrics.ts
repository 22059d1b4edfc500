/** All figures. A scenario has those that it measures. Times are in microseconds. */
export const METRICS = {
  cpu: { title: 'CPU', unit: 'us', digits: 2 },
  perSecond: { title: 'rate', unit: '/s', digits: 0 },
  busy: { title: 'busy', unit: '%', digits: 0 },
  p50: { title: 'p50', unit: 'us', digits: 0 },
  p99: { title: 'p99', unit: 'us', digits: 0 },
  p999: { title: 'p99.9', unit: 'us', digits: 0 },
  undisturbed99: { title: 'p99 undisturbed', unit: 'us', digits: 0 },
  lag: { title: 'generator lag p99', unit: 'us', digits: 0 },
  addedP50: { title: 'added p50', unit: 'us', digits: 0 },
  addedP99: { title: 'added p99', unit: 'us', digits: 0 },
  megabytes: { title: 'throughput', unit: 'MB/s', digits: 0 },
  bytesPerPair: { title: 'per pair', unit: 'bytes', digits: 0 },
  pairs: { title: 'pairs', unit: '', digits: 0 },
  resident: { title: 'RSS', unit: 'MB', digits: 0 },
} as const;

export type Metric = keyof typeof METRICS;

export type Figures = Partial<Record<Metric, number>>;

/** One measurement of one rival. */
export interface Sample {
  readonly round: number;
  readonly errors: number;
  readonly figures: Figures;
}

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Undefined for an empty list. For an even count, the mean of the middle two. */
export function spread(values: readonly number[]): Spread | undefined {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const low = sorted[0];
  const high = sorted.at(-1);
  if (low === undefined || high === undefined) return undefined;
  const middle = sorted.length / 2;
  const lower = sorted[Math.ceil(middle) - 1] ?? low;
  const upper = sorted[Math.floor(middle)] ?? high;
  return { median: (lower + upper) / 2, low, high };
}

/** `metric` of each sample divided by that of the yardstick's sample in the same round. */
export function ratios(samples: readonly Sample[], yardstick: readonly Sample[], metric: Metric): number[] {
  return samples.flatMap((sample) => {
    const other = yardstick.find((it) => it.round === sample.round)?.figures[metric];
    const own = sample.figures[metric];
    return own === undefined || other === undefined ? [] : [own / other];
  });
}

/** The values below which a quarter and three quarters of the values lie, interpolated; undefined for an empty list. */
export function quartiles(values: readonly number[]): readonly [number, number] | undefined {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  return [quantile(sorted, 0.25), quantile(sorted, 0.75)];
}

function quantile(sorted: readonly number[], fraction: number): number {
  const position = (sorted.length - 1) * fraction;
  const lower = sorted[Math.floor(position)] ?? Number.NaN;
  const upper = sorted[Math.ceil(position)] ?? lower;
  return lower + (upper - lower) * (position % 1);
}
