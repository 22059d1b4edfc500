import { type PackedCounts, SERIES_SIZE } from '../../boundary/packed-counts.ts';
import type { RouteCounts } from './route-counts.ts';

/** Packs the increments of these series, and resets the series. */
export function packCounts(series: readonly RouteCounts[]): PackedCounts {
  const names: string[] = [];
  const size = series.reduce((sum, it) => sum + 1 + 2 * it.countedRequests().size + SERIES_SIZE, 0);
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
    at += SERIES_SIZE;
    counts.reset();
  }
  return { names, numbers };
}
