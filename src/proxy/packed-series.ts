import { DURATION_BUCKETS, type DurationCount, type SeriesIncrement } from './counters.ts';
import { methodAndCode } from './request-key.ts';
import type { SeriesCounts } from './series-counts.ts';

/**
 * Increments of some series as one list of texts and one of numbers: as objects they would cost either thread ten times as
 * much to clone.
 */
export interface PackedSeries {
  /** Host, path and namespace of each. */
  readonly names: readonly string[];
  /** Of each: how many kinds of requests, then `requestKey` and count of every kind, then both durations (see `DURATION`). */
  readonly numbers: Float64Array;
}

const STAGES = ['request', 'response_head'] as const;
const BUCKETS = DURATION_BUCKETS.length + 1;
/** Sum, then every bucket. */
const DURATION = 1 + BUCKETS;

/** Takes the increments of these series. */
export function packSeries(series: readonly SeriesCounts[]): PackedSeries {
  const names: string[] = [];
  const size = series.reduce(
    (sum, { requests }) => sum + 1 + 2 * requests.size + STAGES.length * DURATION,
    0,
  );
  const numbers = new Float64Array(size);
  let at = 0;
  for (const counts of series) {
    names.push(counts.host, counts.path, counts.namespace);
    numbers[at++] = counts.requests.size;
    for (const [key, count] of counts.requests) {
      numbers[at++] = key;
      numbers[at++] = count;
    }
    for (const { sum, buckets } of [counts.request, counts.responseHead]) {
      numbers[at++] = sum;
      numbers.set(buckets, at);
      at += BUCKETS;
    }
    counts.reset();
  }
  return { names, numbers };
}

/** What was packed, one series after the other. */
export function* unpackSeries({ names, numbers }: PackedSeries): Generator<SeriesIncrement, void> {
  let at = 0;
  for (let name = 0; name < names.length; name += 3) {
    const [host = '', path = '', namespace = ''] = names.slice(name, name + 3);
    const kinds = numbers[at++] ?? 0;
    const requests = Array.from({ length: kinds }, () => ({
      ...methodAndCode(numbers[at++] ?? 0),
      count: numbers[at++] ?? 0,
    }));
    const durations: DurationCount[] = [];
    for (const stage of STAGES) {
      const buckets = numbers.subarray(at + 1, at + DURATION);
      if (buckets.some((count) => count > 0)) durations.push({ stage, sum: numbers[at] ?? 0, buckets });
      at += DURATION;
    }
    yield { host, path, namespace, requests, durations };
  }
}
