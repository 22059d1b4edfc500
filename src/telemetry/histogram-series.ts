import { bucketEnds, type Histogram, labelText } from './exposition.ts';

/** One series of a histogram whose increments come in buckets. */
export interface HistogramSeries extends Histogram {
  /** As they appear between the braces. */
  readonly labels: string;
  readonly buckets: number[];
  sum: number;
}

/** @param bounds upper bounds of the buckets; one more bucket counts larger values */
export function histogramSeries(
  labels: Readonly<Record<string, string>>,
  bounds: readonly number[],
): HistogramSeries {
  const buckets = Array.from({ length: bounds.length + 1 }, () => 0);
  return { labels: labelText(labels), ends: bucketEnds(bounds), buckets, sum: 0 };
}

export function accumulate(into: HistogramSeries, { buckets, sum }: Omit<Histogram, 'ends'>): void {
  for (const [at, count] of buckets.entries()) into.buckets[at] = (into.buckets[at] as number) + count;
  into.sum += sum;
}
