import type { DurationCount, SeriesIncrement } from './counters.ts';
import { methodAndCode } from './request-key.ts';
import { NUMBERS, type SeriesCounts, STAGES } from './series-counts.ts';

/**
 * Increments of some series as one list of texts and one of numbers: as objects they would cost either thread ten times as
 * much to clone.
 */
export interface PackedSeries {
  /** Host, path and namespace of each. */
  readonly names: readonly string[];
  /** Of each: how many kinds of requests, then `requestKey` and count of every kind, then the durations as `SeriesCounts` has them. */
  readonly numbers: Float64Array;
}

/** Of the durations of one series. */
const SIZE = NUMBERS * STAGES.length;

/** Takes the increments of these series. */
export function packSeries(series: readonly SeriesCounts[]): PackedSeries {
  const names: string[] = [];
  const size = series.reduce((sum, it) => sum + 1 + 2 * it.countedRequests().size + SIZE, 0);
  const numbers = new Float64Array(size);
  let at = 0;
  for (const counts of series) {
    const { host, path, namespace, durations } = counts;
    const requests = counts.countedRequests();
    names.push(host, path, namespace);
    numbers[at++] = requests.size;
    for (const [key, count] of requests) {
      numbers[at++] = key;
      numbers[at++] = count;
    }
    numbers.set(durations, at);
    at += SIZE;
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
    const durations = durationsAt(numbers, at);
    at += SIZE;
    yield { host, path, namespace, requests, durations };
  }
}

/** Of the stages that were gone through. */
function durationsAt(numbers: Float64Array, at: number): DurationCount[] {
  const durations: DurationCount[] = [];
  for (const [index, stage] of STAGES.entries()) {
    const buckets = new Float64Array(NUMBERS - 1);
    let count = 0;
    for (let bucket = 0; bucket < buckets.length; bucket += 1) {
      buckets[bucket] = numbers[at + (1 + bucket) * STAGES.length + index] as number;
      count += buckets[bucket] as number;
    }
    if (count > 0) durations.push({ stage, sum: numbers[at + index] as number, buckets });
  }
  return durations;
}
