import { DURATION_BUCKETS } from './figures.ts';

/** What podway measures for every exchange; the duration of the request comes first. */
export const STAGES = ['request', 'response_head'] as const;
/** The sum in seconds, then one number per bucket. */
export const NUMBERS = 1 + DURATION_BUCKETS.length + 1;

/** Numbers for the durations of one series. */
export const SERIES_SIZE = NUMBERS * STAGES.length;

/**
 * Increments of some series as one list of texts and one of numbers: cloning them as objects would cost either thread
 * ten times as much.
 */
export interface PackedCounts {
  /** Host, path and namespace of each series. */
  readonly names: readonly string[];
  /**
   * For each series: the number of kinds of requests, then `requestKey` and count of every kind, then the durations as
   * in `RouteCounts`.
   */
  readonly numbers: Float64Array;
}
