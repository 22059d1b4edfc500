import { NUMBERS, STAGES } from '../../boundary/packed-counts.ts';
import type { RouteName } from '../../boundary/delta.ts';
import { DURATION_BUCKETS } from '../../boundary/figures.ts';
import { bucketOf } from './bucket.ts';
import { requestKey } from '../../boundary/request-key.ts';
import type { RouteTally } from '../../routing/tallies.ts';
import type { TotalCounts } from './total-counts.ts';

/** What the series of a worker have in common. */
export interface SharedCounts {
  /** Series that have something to report, each once. */
  readonly touched: RouteCounts[];
  readonly totals: TotalCounts;
}

/**
 * Counts of one route and namespace, or of what had no route. The hot path only adds to plain numbers here, few and close together: with many
 * routes, each of them is a wait for memory. Two series of the same name are added up by their reader.
 */
export class RouteCounts implements RouteTally {
  readonly namespace: string;
  /** The sums of all stages, then bucket by bucket those of all stages: what short exchanges touch lies side by side. */
  readonly durations: number[] = Array.from({ length: NUMBERS * STAGES.length }, () => 0);
  /** The kind of request counted last, by `requestKey`, and how often since it was another. */
  #key = 0;
  #count = 0;
  #isTouched = false;
  readonly #requests = new Map<number, number>();
  readonly host: string;
  readonly path: string;
  readonly #shared: SharedCounts;
  /** The same route's other namespaces, nearly always none. */
  #others: Map<string, RouteCounts> | undefined;

  /** Only the names of the route are kept: its counts outlive it until they have been reported. */
  constructor(shared: SharedCounts, { host, path }: RouteName, namespace: string) {
    this.#shared = shared;
    this.host = host;
    this.path = path;
    this.namespace = namespace;
  }

  /** The same route's series of that namespace. */
  of(namespace: string): RouteCounts {
    return namespace === this.namespace ? this : this.#other(namespace);
  }

  /** How often every kind of request came, by `requestKey`; until `reset`. */
  countedRequests(): ReadonlyMap<number, number> {
    this.#noteLast();
    return this.#requests;
  }

  /** One finished exchange; a negative `responseHead` means that no response head came. Seconds. */
  count(method: string, code: number, request: number, responseHead: number): void {
    this.answered(method, code);
    // A tunnel's whole life is no request's duration.
    if (code !== 101) this.#shared.totals.lasted(this.#add(0, request));
    if (responseHead >= 0) this.#add(1, responseHead);
  }

  /** One answer whose durations mean nothing. */
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

  /** What it held has been taken. */
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

  /** Returns the bucket. */
  #add(stage: number, seconds: number): number {
    const { durations } = this;
    const bucket = bucketOf(seconds, DURATION_BUCKETS);
    const at = (1 + bucket) * STAGES.length + stage;
    durations[stage] = (durations[stage] as number) + seconds;
    durations[at] = (durations[at] as number) + 1;
    return bucket;
  }
}
