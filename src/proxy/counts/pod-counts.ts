import {
  BUCKETS_AT,
  EJECTIONS_AT,
  FAILURES_AT,
  type PackedPods,
  POD_BUCKETS,
  POD_NUMBERS,
  STATUS_CLASSES,
  SUM_AT,
} from '../../boundary/packed-pods.ts';
import { type FailureReason, UPSTREAM_FAILURES } from '../../boundary/reasons.ts';
import { bucketOf } from './bucket.ts';
import type { Endpoint } from '../../routing/route.ts';
import type { EndpointTally } from '../../routing/tallies.ts';

/** Counts of one endpoint, which refers to them. The hot path only adds to plain numbers here. */
export class PodCounts implements EndpointTally {
  readonly endpoint: Pick<Endpoint, 'namespace' | 'pod'>;
  readonly numbers: number[] = Array.from({ length: POD_NUMBERS }, () => 0);
  #isTouched = false;
  /** The counts that have something to report, each once. */
  readonly #touched: PodCounts[];

  constructor(touched: PodCounts[], { namespace, pod }: Endpoint) {
    this.#touched = touched;
    this.endpoint = { namespace, pod };
  }

  /** The pod answered with this status. `seconds`: until podway had read the head of the response. */
  answered(status: number, seconds: number): void {
    this.#add(SUM_AT, seconds);
    this.#add(BUCKETS_AT + bucketOf(seconds, POD_BUCKETS), 1);
    this.answeredWith(status);
  }

  answeredWith(status: number): void {
    this.#touch();
    // A status of no known class counts as a server error (RFC 9110 section 15).
    this.#add(status < 600 ? Math.floor(status / 100) - 1 : STATUS_CLASSES.length - 1, 1);
  }

  failed(reason: FailureReason): void {
    const index = UPSTREAM_FAILURES.indexOf(reason);
    if (index < 0) return;
    this.#touch();
    this.#add(FAILURES_AT + index, 1);
  }

  ejected(): void {
    this.#touch();
    this.#add(EJECTIONS_AT, 1);
  }

  /** Call it after the numbers have been taken. */
  reset(): void {
    this.#isTouched = false;
    this.numbers.fill(0);
  }

  #touch(): void {
    if (this.#isTouched) return;
    this.#isTouched = true;
    this.#touched.push(this);
  }

  #add(at: number, amount: number): void {
    this.numbers[at] = (this.numbers[at] as number) + amount;
  }
}

/** Packs the increments of these pods, and resets their counts. */
export function packPods(pods: readonly PodCounts[]): PackedPods {
  const numbers = new Float64Array(pods.length * POD_NUMBERS);
  for (const [index, counts] of pods.entries()) {
    numbers.set(counts.numbers, index * POD_NUMBERS);
    counts.reset();
  }
  return { names: pods.flatMap(({ endpoint }) => [endpoint.namespace, endpoint.pod]), numbers };
}
