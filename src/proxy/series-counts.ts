import { DURATION_BUCKETS } from './counters.ts';
import { requestKey } from './request-key.ts';

/**
 * Counts of one route and namespace. The hot path only adds to plain numbers here. Its holder (the route) keeps it and
 * lets it go; two series of the same name are added up by whoever reads them.
 */
export class SeriesCounts {
  readonly host: string;
  readonly path: string;
  readonly namespace: string;
  /** By `requestKey`. */
  readonly requests = new Map<number, number>();
  readonly request = new DurationTally();
  readonly responseHead = new DurationTally();
  /** Those that have something to report, each once. */
  readonly #touched: SeriesCounts[];

  constructor(touched: SeriesCounts[], host: string, path: string, namespace: string) {
    this.#touched = touched;
    this.host = host;
    this.path = path;
    this.namespace = namespace;
  }

  /** One finished exchange; a negative `responseHead` means that no response head came. Seconds. */
  count(method: string, code: number, request: number, responseHead: number): void {
    if (this.requests.size === 0) this.#touched.push(this);
    const key = requestKey(method, code);
    this.requests.set(key, (this.requests.get(key) ?? 0) + 1);
    // A tunnel's whole life is no request's duration.
    if (code !== 101) this.request.add(request);
    if (responseHead >= 0) this.responseHead.add(responseHead);
  }

  /** What it held has been taken. */
  reset(): void {
    this.requests.clear();
    this.request.reset();
    this.responseHead.reset();
  }
}

class DurationTally {
  readonly buckets = Array.from({ length: DURATION_BUCKETS.length + 1 }, () => 0);
  sum = 0;

  add(seconds: number): void {
    let index = 0;
    while (index < DURATION_BUCKETS.length && seconds > (DURATION_BUCKETS[index] as number)) index += 1;
    this.buckets[index] = (this.buckets[index] as number) + 1;
    this.sum += seconds;
  }

  reset(): void {
    this.buckets.fill(0);
    this.sum = 0;
  }
}
