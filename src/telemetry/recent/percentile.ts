import { DURATION_BUCKETS } from '../../boundary/figures.ts';

/**
 * The duration in seconds that this part of the requests did not exceed, as Prometheus' `histogram_quantile` estimates
 * it: requests are evenly spread within a bucket. Undefined without requests. Above the last bound, only that bound is
 * known.
 *
 * @param durations per bucket, not cumulative, one more than DURATION_BUCKETS
 * @param part 0 to 1
 */
export function percentile(durations: ArrayLike<number>, part: number): number | undefined {
  let all = 0;
  for (let bucket = 0; bucket < durations.length; bucket += 1) all += durations[bucket] as number;
  if (all === 0) return undefined;
  let below = 0;
  for (const [bucket, bound] of DURATION_BUCKETS.entries()) {
    const count = durations[bucket] as number;
    if (count > 0 && below + count >= all * part) {
      const from = DURATION_BUCKETS[bucket - 1] ?? 0;
      return from + ((bound - from) * (all * part - below)) / count;
    }
    below += count;
  }
  return DURATION_BUCKETS.at(-1);
}

/** Adds `more` to `sums`. */
export function addUp(sums: number[], more: ArrayLike<number>): void {
  for (let at = 0; at < more.length; at += 1) sums[at] = (sums[at] ?? 0) + (more[at] as number);
}
