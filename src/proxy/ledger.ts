import { getHeapStatistics } from 'node:v8';
import {
  type CounterSnapshot,
  DURATION_BUCKETS,
  type DurationCount,
  type EndpointObservation,
  GAUGES,
  type Gauge,
  type RequestCount,
  SCALAR_COUNTERS,
  type ScalarCounter,
} from './counters.ts';
import { LoopDelay } from './loop-delay.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];

/** Who is told that a series has something to report. */
type Touched = SeriesCounts[];

/**
 * Counts of one route and namespace. The hot path only adds to plain numbers here. Its holder (the route) keeps it and
 * lets it go; two series of the same name are added up by whoever reads the snapshots.
 */
export class SeriesCounts {
  readonly host: string;
  readonly path: string;
  readonly namespace: string;
  /** Keyed by method index times 1000 plus status code. */
  readonly requests = new Map<number, number>();
  readonly request = new DurationTally();
  readonly responseHead = new DurationTally();
  readonly #touched: Touched;

  constructor(touched: Touched, host: string, path: string, namespace: string) {
    this.#touched = touched;
    this.host = host;
    this.path = path;
    this.namespace = namespace;
  }

  /** One finished exchange; a negative `responseHead` means that no response head came. Seconds. */
  count(method: string, code: number, request: number, responseHead: number): void {
    if (this.requests.size === 0) this.#touched.push(this);
    const index = METHODS.indexOf(method);
    const key = (index < 0 ? METHODS.length : index) * 1000 + code;
    this.requests.set(key, (this.requests.get(key) ?? 0) + 1);
    // A tunnel's whole life is no request's duration.
    if (code !== 101) this.request.add(request);
    if (responseHead >= 0) this.responseHead.add(responseHead);
  }
}

class DurationTally {
  readonly buckets = Array.from({ length: DURATION_BUCKETS.length + 1 }, () => 0);
  sum = 0;
  touched = false;

  add(seconds: number): void {
    let index = 0;
    while (index < DURATION_BUCKETS.length && seconds > (DURATION_BUCKETS[index] as number)) index += 1;
    this.buckets[index] = (this.buckets[index] as number) + 1;
    this.sum += seconds;
    this.touched = true;
  }

  reset(): void {
    this.buckets.fill(0);
    this.sum = 0;
    this.touched = false;
  }
}

/** One worker's counters: plain numbers on the way in, records of increments on the way out. */
export class Ledger {
  readonly scalars: Record<ScalarCounter, number> = zeroes(SCALAR_COUNTERS);
  readonly gauges: Record<Gauge, number> = zeroes(GAUGES);
  readonly loopDelay = new LoopDelay();
  readonly #touched: Touched = [];
  readonly #refusals = new Map<string, number>();

  series(host: string, path: string, namespace: string): SeriesCounts {
    return new SeriesCounts(this.#touched, host, path, namespace);
  }

  refused(reason: string): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1);
  }

  /** Takes the increments since the last call. */
  take(worker: number, endpoints: readonly EndpointObservation[]): CounterSnapshot {
    const requests: RequestCount[] = [];
    const durations: DurationCount[] = [];
    for (const series of this.#touched) takeSeries(series, requests, durations);
    this.#touched.length = 0;
    const refusals = [...this.#refusals].map(([reason, count]) => ({ reason, count }));
    this.#refusals.clear();
    const scalars = { ...this.scalars };
    for (const name of SCALAR_COUNTERS) this.scalars[name] = 0;
    return {
      worker,
      requests,
      durations,
      refusals,
      scalars,
      gauges: { ...this.gauges },
      endpoints,
      eventLoopDelay: this.loopDelay.figures(),
      heapUsed: getHeapStatistics().used_heap_size,
    };
  }
}

function takeSeries(series: SeriesCounts, requests: RequestCount[], durations: DurationCount[]): void {
  const { host, path, namespace } = series;
  for (const [key, count] of series.requests) {
    const method = METHODS[Math.floor(key / 1000)] ?? 'OTHER';
    requests.push({ host, path, namespace, method, code: key % 1000, count });
  }
  series.requests.clear();
  for (const stage of ['request', 'response_head'] as const) {
    const tally = stage === 'request' ? series.request : series.responseHead;
    if (!tally.touched) continue;
    durations.push({ host, path, namespace, stage, buckets: [...tally.buckets], sum: tally.sum });
    tally.reset();
  }
}

function zeroes<K extends string>(names: readonly K[]): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
}
