import type { Metric, Registry } from 'prom-client';
import {
  type CounterSnapshot,
  DURATION_BUCKETS,
  type DurationCount,
  type RequestCount,
} from '../proxy/counters.ts';
import type { RouteDelta, RouteName } from '../routing/delta.ts';

interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

interface Tally {
  readonly labels: Sample['labels'];
  count: number;
}

interface Durations {
  readonly labels: Sample['labels'];
  readonly buckets: number[];
  sum: number;
}

/** What was counted on one route for one namespace; '' is the namespace of answers that no pod gave. */
interface NamespaceSeries {
  readonly requests: Map<string, Tally>;
  readonly durations: Map<DurationCount['stage'], Durations>;
}

const NO_NAMESPACE = '';

/**
 * The series that carry route labels. They live as long as their route: strangers cannot make one, and a route or a
 * namespace that leaves the table takes its series along.
 */
export class RouteSeries {
  readonly #routes = new Map<string, Map<string, NamespaceSeries>>();

  /** Follows the published table: increments for anything it does not hold are let go. */
  follow(delta: RouteDelta): void {
    const kept = new Set(delta.routes.map(nameOf));
    if (delta.reset) for (const name of this.#routes.keys()) if (!kept.has(name)) this.#routes.delete(name);
    for (const route of delta.removed) this.#routes.delete(nameOf(route));
    for (const route of delta.routes) {
      const before = this.#routes.get(nameOf(route));
      const namespaces = [NO_NAMESPACE, ...route.endpoints.map(({ namespace }) => namespace)];
      this.#routes.set(
        nameOf(route),
        new Map(namespaces.map((name) => [name, before?.get(name) ?? emptySeries()])),
      );
    }
  }

  add({ requests, durations }: CounterSnapshot): void {
    for (const increment of requests) this.#addRequests(increment);
    for (const increment of durations) this.#addDurations(increment);
  }

  /** The metric objects are our own: prom-client's cannot take counts that a worker has put into buckets. */
  register(registry: Registry): void {
    const families = [
      family('podway_requests_total', 'Finished exchanges', 'counter', () => this.#requestSamples()),
      family('podway_request_duration_seconds', 'First byte in to last byte out', 'histogram', (name) =>
        this.#durationSamples(name, 'request'),
      ),
      family(
        'podway_upstream_response_head_seconds',
        'Request sent to response head read',
        'histogram',
        (name) => this.#durationSamples(name, 'response_head'),
      ),
    ];
    for (const metric of families) registry.registerMetric(metric);
  }

  #find(increment: RouteName & { namespace: string }): NamespaceSeries | undefined {
    return this.#routes.get(nameOf(increment))?.get(increment.namespace);
  }

  #addRequests(increment: RequestCount): void {
    const series = this.#find(increment);
    if (!series) return;
    const { count, ...labels } = increment;
    const key = `${labels.method} ${labels.code}`;
    const tally = series.requests.get(key);
    if (tally) tally.count += count;
    else series.requests.set(key, { labels, count });
  }

  #addDurations({ stage, buckets, sum, ...labels }: DurationCount): void {
    const series = this.#find(labels);
    if (!series) return;
    const durations = series.durations.get(stage);
    if (!durations) {
      series.durations.set(stage, { labels, buckets: [...buckets], sum });
      return;
    }
    for (const [index, count] of buckets.entries())
      durations.buckets[index] = (durations.buckets[index] ?? 0) + count;
    durations.sum += sum;
  }

  #all(): NamespaceSeries[] {
    return [...this.#routes.values()].flatMap((namespaces) => [...namespaces.values()]);
  }

  #requestSamples(): Sample[] {
    return this.#all().flatMap(({ requests }) =>
      [...requests.values()].map(({ labels, count }) => ({ labels, value: count })),
    );
  }

  #durationSamples(name: string, stage: DurationCount['stage']): Sample[] {
    return this.#all().flatMap(({ durations }) => {
      const found = durations.get(stage);
      return found ? histogram(name, found) : [];
    });
  }
}

function emptySeries(): NamespaceSeries {
  return { requests: new Map(), durations: new Map() };
}

/** A host holds no blank, so the key is as unique as the pair. */
function nameOf({ host, path }: RouteName): string {
  return `${host} ${path}`;
}

/** Cumulative buckets, sum and count, as the text format wants them. */
function histogram(name: string, { labels, buckets, sum }: Durations): Sample[] {
  let total = 0;
  const samples = buckets.map((count, index): Sample => {
    total += count;
    const le = DURATION_BUCKETS[index] ?? '+Inf';
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: total };
  });
  samples.push({ metricName: `${name}_sum`, labels, value: sum });
  samples.push({ metricName: `${name}_count`, labels, value: total });
  return samples;
}

function family(name: string, help: string, type: string, samples: (name: string) => Sample[]): Metric {
  const metric = {
    name,
    help,
    type,
    get: () => ({ name, help, type, values: samples(name) }),
    reset: () => undefined,
  };
  return metric as unknown as Metric;
}
