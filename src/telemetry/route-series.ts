import type { SeriesIncrement } from '../proxy/counters.ts';
import type { EndpointCondition, RouteDelta, RouteName, RouteRecord } from '../routing/delta.ts';
import { CountedSeries } from './counted-series.ts';
import { type Family, labelText, slices } from './exposition.ts';

/** What the metrics keep of one route of the table. */
interface KnownRoute {
  readonly labels: string;
  conditions: Readonly<Record<EndpointCondition, number>>;
  /** Each once. */
  namespaces: readonly string[];
  /** By namespace, once something was counted. */
  readonly counted: Map<string, CountedSeries>;
}

/** The namespace of answers that no pod gave. */
const NO_NAMESPACE = '';
const NO_ENDPOINTS = { ready: 0, unready: 0, terminating: 0 };

/**
 * The series that carry route labels. They live as long as their route: strangers cannot make one, and a route or a
 * namespace that leaves the table takes its series along. A change costs as much as it changes, and a scrape of many
 * series lets the event loop turn.
 */
export class RouteSeries {
  readonly #routes = new Map<string, KnownRoute>();
  readonly #endpoints: Record<EndpointCondition, number> = { ...NO_ENDPOINTS };
  /** Answers to requests that had no route: host and path are empty. */
  readonly #unrouted = new CountedSeries(labelText({ host: '', path: '', namespace: NO_NAMESPACE }));

  /** Routes of the table. */
  get routes(): number {
    return this.#routes.size;
  }

  /** Endpoints of all routes. */
  get endpoints(): Readonly<Record<EndpointCondition, number>> {
    return this.#endpoints;
  }

  /** Follows the published table: increments for anything it does not hold are let go. */
  follow(delta: RouteDelta): void {
    if (delta.reset) {
      const kept = new Set(delta.routes.map(nameOf));
      for (const name of this.#routes.keys()) if (!kept.has(name)) this.#remove(name);
    }
    for (const route of delta.removed) this.#remove(nameOf(route));
    for (const route of delta.routes) this.#set(route);
  }

  add(increment: SeriesIncrement): void {
    if (increment.path === '') {
      this.#unrouted.add(increment);
      return;
    }
    const route = this.#routes.get(nameOf(increment));
    if (route === undefined) return;
    const { namespace } = increment;
    let series = route.counted.get(namespace);
    if (series === undefined) {
      if (namespace !== NO_NAMESPACE && !route.namespaces.includes(namespace)) return;
      series = new CountedSeries(`${route.labels},${labelText({ namespace })}`);
      route.counted.set(namespace, series);
    }
    series.add(increment);
  }

  /** Every family, slice by slice. What is added meanwhile shows in the lines that are not yet written. */
  async *render(): AsyncGenerator<string, void> {
    // Taken at once: a route that leaves and comes back between two slices would have its lines twice.
    const routes = [...this.#routes.values()];
    const series = routes.flatMap(({ counted }) => (counted.size === 0 ? [] : [...counted.values()]));
    yield* slices(readyEndpoints(routes));
    yield* slices(requestsTotal([this.#unrouted, ...series]));
    for (const stage of ['request', 'response_head'] as const) yield* slices(durations(series, stage));
  }

  #set(record: RouteRecord): void {
    const name = nameOf(record);
    const { host, path, endpoints } = record;
    let route = this.#routes.get(name);
    if (route === undefined) {
      const labels = labelText({ host, path });
      route = { labels, conditions: NO_ENDPOINTS, namespaces: [], counted: new Map() };
      this.#routes.set(name, route);
    }
    const conditions = { ...NO_ENDPOINTS };
    for (const { condition } of endpoints) conditions[condition] += 1;
    this.#replace(route.conditions, conditions);
    route.conditions = conditions;
    route.namespaces = [...new Set(endpoints.map(({ namespace }) => namespace))];
    for (const namespace of route.counted.keys())
      if (namespace !== NO_NAMESPACE && !route.namespaces.includes(namespace))
        route.counted.delete(namespace);
  }

  #remove(name: string): void {
    const route = this.#routes.get(name);
    if (route === undefined) return;
    this.#replace(route.conditions, NO_ENDPOINTS);
    this.#routes.delete(name);
  }

  #replace(before: KnownRoute['conditions'], now: KnownRoute['conditions']): void {
    for (const condition of ['ready', 'unready', 'terminating'] as const)
      this.#endpoints[condition] += now[condition] - before[condition];
  }
}

/** A host holds no blank, so the key is as unique as the pair. */
function nameOf({ host, path }: RouteName): string {
  return `${host} ${path}`;
}

function readyEndpoints(items: readonly KnownRoute[]): Family<KnownRoute> {
  const name = 'podway_route_ready_endpoints';
  const help = 'Endpoints of a route that get requests';
  const lines = ({ labels, conditions }: KnownRoute) => `${name}{${labels}} ${conditions.ready}\n`;
  return { name, help, type: 'gauge', items, lines };
}

function requestsTotal(items: readonly CountedSeries[]): Family<CountedSeries> {
  const name = 'podway_requests_total';
  const help = "Answers to requests, podway's own included; host and path are empty where no route was known";
  return { name, help, type: 'counter', items, lines: (it) => it.requestLines(name) };
}

const STAGES = {
  request: {
    name: 'podway_request_duration_seconds',
    help: "First byte of a route's request read to last byte of the answer written",
  },
  response_head: {
    name: 'podway_upstream_response_head_seconds',
    help: 'Request sent to response head read',
  },
};

function durations(items: readonly CountedSeries[], stage: keyof typeof STAGES): Family<CountedSeries> {
  const { name, help } = STAGES[stage];
  return { name, help, type: 'histogram', items, lines: (it) => it.durationLines(name, stage) };
}
