import { NUMBERS, STAGES } from '../../boundary/packed-counts.ts';
import type { RouteName } from '../../boundary/delta.ts';
import { DURATION_BUCKETS } from '../../boundary/figures.ts';
import { bucketOf } from './bucket.ts';
import { requestKey } from '../../boundary/request-key.ts';
import type { RouteTally } from '../../routing/tallies.ts';
import type { TotalCounts } from './total-counts.ts';

/** What all series of a worker share. */
export interface SharedCounts {
  /** Series that have something to report, each once. */
  readonly touched: RouteCounts[];
  readonly totals: TotalCounts;
}

/**
 * Counts of one route and namespace, or of requests without a route. The hot path only adds to plain numbers here, and
 * they are few and close together: with many routes, each access waits for memory. The reader adds up series of the
 * same name.
 */
export class RouteCounts implements RouteTally {
  readonly namespace: string;
  /**
   * The sums of all stages, then for each bucket the counts of all stages: short exchanges change numbers that are side
   * by side.
   */
  readonly durations: number[] = Array.from({ length: NUMBERS * STAGES.length }, () => 0);
  /** The `requestKey` of the last counted request, and the number of consecutive requests with this key. */
  #key = 0;
  #count = 0;
  #isTouched = false;
  readonly #requests = new Map<number, number>();
  readonly host: string;
  readonly path: string;
  readonly #shared: SharedCounts;
  /** Counts for other namespaces of the same route. Most routes have none. */
  #others: Map<string, RouteCounts> | undefined;

  /** Keeps only the names of the route: counts exist longer than their route, until they are reported. */
  constructor(shared: SharedCounts, { host, path }: RouteName, namespace: string) {
    this.#shared = shared;
    this.host = host;
    this.path = path;
    this.namespace = namespace;
  }

  /** The series of the same route for this namespace. */
  of(namespace: string): RouteCounts {
    return namespace === this.namespace ? this : this.#other(namespace);
  }

  /** Number of requests by `requestKey`. Valid until `reset`. */
  countedRequests(): ReadonlyMap<number, number> {
    this.#noteLast();
    return this.#requests;
  }

  /** Counts one finished exchange. Durations are in seconds; a negative `responseHead` means that no response head came. */
  count(method: string, code: number, request: number, responseHead: number): void {
    this.answered(method, code);
    // The life of a tunnel is not the duration of a request.
    if (code !== 101) this.#shared.totals.lasted(this.#add(0, request));
    if (responseHead >= 0) this.#add(1, responseHead);
  }

  /** Counts one answer without durations. */
  answered(method: string, code: number): void {
    if (!this.#isTouched) {
      this.#isTouched = true;
      this.#shared.touched.push(this);
    }
    this.#shared.totals.answered(code);
    const key = requestKey(method, code);
    if (key !== this.#key) {
      this.#noteLast();
      this.#key = key;
    }
    this.#count += 1;
  }

  /** Call it after the numbers have been taken. */
  reset(): void {
    this.#isTouched = false;
    this.#count = 0;
    this.#requests.clear();
    this.durations.fill(0);
  }

  #other(namespace: string): RouteCounts {
    this.#others ??= new Map();
    let other = this.#others.get(namespace);
    if (other === undefined)
      this.#others.set(namespace, (other = new RouteCounts(this.#shared, this, namespace)));
    return other;
  }

  #noteLast(): void {
    if (this.#count > 0) this.#requests.set(this.#key, (this.#requests.get(this.#key) ?? 0) + this.#count);
    this.#count = 0;
  }

  /** Returns the index of the bucket. */
  #add(stage: number, seconds: number): number {
    const { durations } = this;
    const bucket = bucketOf(seconds, DURATION_BUCKETS);
    const at = (1 + bucket) * STAGES.length + stage;
    durations[stage] = (durations[stage] as number) + seconds;
    durations[at] = (durations[at] as number) + 1;
    return bucket;
  }
}
