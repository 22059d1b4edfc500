import { UPSTREAM_FAILURES } from './reasons.ts';

/**
 * Upper bounds of a pod's latency buckets, in seconds; one more bucket counts longer latencies. Fewer than for a route,
 * because there are many pods.
 */
export const POD_BUCKETS = [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10] as const;

/** Classes of status codes, 1xx to 5xx. */
export const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/**
 * Positions in the numbers of a pod: answers by class, failures by reason, ejections, then the sum of latencies and its
 * buckets.
 */
export const FAILURES_AT = STATUS_CLASSES.length;
export const EJECTIONS_AT = FAILURES_AT + UPSTREAM_FAILURES.length;
export const SUM_AT = EJECTIONS_AT + 1;
export const BUCKETS_AT = SUM_AT + 1;
export const POD_NUMBERS = BUCKETS_AT + POD_BUCKETS.length + 1;

/** Counts of one pod. */
export interface PodIncrement {
  readonly namespace: string;
  readonly pod: string;
  /** By class, see STATUS_CLASSES. */
  readonly answers: ArrayLike<number>;
  /** By reason, see UPSTREAM_FAILURES. */
  readonly failures: ArrayLike<number>;
  readonly ejections: number;
  /** Seconds from the end of the request to the end of the response head, summed up. */
  readonly sum: number;
  /** Counts per bucket, not cumulative, one more than POD_BUCKETS. */
  readonly buckets: ArrayLike<number>;
}

/** Increments of some pods as one list of texts and one of numbers, which is cheap to clone. */
export interface PackedPods {
  /** Namespace and name of each pod. */
  readonly names: readonly string[];
  readonly numbers: Float64Array;
}
