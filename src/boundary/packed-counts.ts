import { DURATION_BUCKETS } from './figures.ts';

/** Measured of every exchange; the request's own duration comes first. */
export const STAGES = ['request', 'response_head'] as const;
/** The sum in seconds, then every bucket. */
export const NUMBERS = 1 + DURATION_BUCKETS.length + 1;

/** Of the durations of one series. */
export const SERIES_SIZE = NUMBERS * STAGES.length;

/**
 * Increments of some series as one list of texts and one of numbers: as objects they would cost either thread ten times as
 * much to clone.
 */
export interface PackedCounts {
  /** Host, path and namespace of each. */
  readonly names: readonly string[];
  /** Of each: how many kinds of requests, then `requestKey` and count of every kind, then the durations as `RouteCounts` has them. */
  readonly numbers: Float64Array;
}
