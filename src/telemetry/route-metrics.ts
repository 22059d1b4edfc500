import type { SeriesIncrement } from '../boundary/figures.ts';
import {
  CONDITIONS,
  type EndpointCondition,
  type EndpointRecord,
  EMPTY_SET,
  type RouteDelta,
  type RouteName,
  type RouteRecord,
} from '../boundary/delta.ts';
import { RouteSamples } from './route-samples.ts';
import { type Family, labelText, slices } from './exposition.ts';

/** What the metrics store about one endpoint of the table. */
interface KnownEndpoint {
  readonly namespace: string;
  condition: EndpointCondition;
}

/** The endpoints of some routes. */
interface KnownSet {
  readonly endpoints: readonly KnownEndpoint[];
  /** Each once. */
  readonly namespaces: ReadonlySet<string>;
}

/** What the metrics store about one route of the table. */
interface KnownRoute {
  readonly labels: string;
  set: KnownSet;
  /** By namespace, after the first increment. */
  readonly counted: Map<string, RouteSamples>;
}

/** Routes that were added and removed since the last call: the first names, and the number of routes. */
export interface ChangedRoutes {
  readonly added: NamesAndCount;
  readonly gone: NamesAndCount;
}

interface NamesAndCount {
  /** Host and path, at most ten. */
  readonly names: readonly string[];
  readonly count: number;
}

const MAX_NAMES = 10;

class Names implements NamesAndCount {
  readonly names: string[] = [];
  count = 0;

  add({ host, path }: RouteName): void {
    this.count += 1;
    if (this.names.length < MAX_NAMES) this.names.push(host + path);
  }
}

/** The namespace of answers that no pod gave. */
const NO_NAMESPACE = '';
const NO_SET: KnownSet = { endpoints: [], namespaces: new Set() };
/** The set of a route that podway holds for a namespace while no pod declares it. */
const HELD_SET: KnownSet = { endpoints: [], namespaces: new Set() };

/**
 * The series that carry route labels. They exist as long as their route: clients cannot create one, and when a route or
 * a namespace leaves the table, its series are dropped. A change costs as much as it changes, and the event loop turns
 * during a scrape of many series.
 */
export class RouteMetrics {
  readonly #routes = new Map<string, KnownRoute>();
  readonly #endpoints = new Map<number, KnownEndpoint>();
  readonly #sets = new Map<number, KnownSet>();
  readonly #conditions = Object.fromEntries(CONDITIONS.map((it) => [it, 0])) as Record<
    EndpointCondition,
    number
  >;
  #changes = { added: new Names(), gone: new Names() };
  /** Answers to requests that had no route: host and path are empty. */
  readonly #unrouted = new RouteSamples(labelText({ host: '', path: '', namespace: NO_NAMESPACE }));

  /** Call it after `follow`. */
  takeChanges(): ChangedRoutes {
    const changes = this.#changes;
    this.#changes = { added: new Names(), gone: new Names() };
    return changes;
  }

  /** Number of routes in the table. */
  get routes(): number {
    return this.#routes.size;
  }

  /** Number of endpoints in the table, each counted once, by their condition. */
  get endpoints(): Readonly<Record<EndpointCondition, number>> {
    return this.#conditions;
  }

  /** Follows the published table, change by change or part by part. Increments for what is not in it are dropped. */
  follow(delta: RouteDelta): void {
    for (const endpoint of delta.endpoints) this.#setEndpoint(endpoint);
    for (const { set, endpoints } of delta.sets) {
      const known = endpoints.map((it) => this.#endpoints.get(it)).filter((it) => it !== undefined);
      const namespaces = new Set(known.map(({ namespace }) => namespace));
      this.#sets.set(set, { endpoints: known, namespaces });
    }
    for (const route of delta.removed) this.#remove(route);
    for (const route of delta.routes) this.#set(route);
    for (const set of delta.setsGone) this.#sets.delete(set);
    for (const number of delta.endpointsGone) {
      const gone = this.#endpoints.get(number);
      if (gone !== undefined) this.#conditions[gone.condition] -= 1;
      this.#endpoints.delete(number);
    }
  }

  /** Returns true if the route is in the table. */
  add(increment: SeriesIncrement): boolean {
    if (increment.path === '') {
      this.#unrouted.add(increment);
      return false;
    }
    const route = this.#routes.get(nameOf(increment));
    if (route === undefined) return false;
    const { namespace } = increment;
    let series = route.counted.get(namespace);
    if (series === undefined) {
      if (namespace !== NO_NAMESPACE && !route.set.namespaces.has(namespace)) return false;
      series = new RouteSamples(`${route.labels},${labelText({ namespace })}`);
      route.counted.set(namespace, series);
    }
    series.add(increment);
    return true;
  }

  /** Renders every family, slice by slice. Increments that come meanwhile appear in lines that are not yet written. */
  async *render(): AsyncGenerator<string, void> {
    // Copied first: a route that leaves and comes back between two slices would have its lines twice.
    const routes = [...this.#routes.values()];
    const series = routes.flatMap(({ counted }) => (counted.size === 0 ? [] : [...counted.values()]));
    yield* slices(readyEndpoints(routes));
    yield* slices(requestsTotal([this.#unrouted, ...series]));
    for (const stage of ['request', 'response_head'] as const) yield* slices(durations(series, stage));
  }

  #setEndpoint({ number, namespace, condition }: EndpointRecord): void {
    const known = this.#endpoints.get(number);
    if (known !== undefined) this.#conditions[known.condition] -= 1;
    this.#conditions[condition] += 1;
    if (known !== undefined) known.condition = condition;
    else this.#endpoints.set(number, { namespace, condition });
  }

  #remove(route: RouteName): void {
    if (this.#routes.delete(nameOf(route))) this.#changes.gone.add(route);
  }

  #set(record: RouteRecord): void {
    const name = nameOf(record);
    const set = record.set === EMPTY_SET ? HELD_SET : (this.#sets.get(record.set) ?? NO_SET);
    const route = this.#routes.get(name);
    if (route === undefined) {
      const { host, path } = record;
      this.#routes.set(name, { labels: labelText({ host, path }), set, counted: new Map() });
      this.#changes.added.add(record);
      return;
    }
    route.set = set;
    for (const namespace of route.counted.keys())
      if (namespace !== NO_NAMESPACE && !set.namespaces.has(namespace)) route.counted.delete(namespace);
  }
}

/** A host contains no space, so the key is as unique as the pair. */
function nameOf({ host, path }: RouteName): string {
  return `${host} ${path}`;
}

function readyEndpoints(items: readonly KnownRoute[]): Family<KnownRoute> {
  const name = 'podway_route_ready_endpoints';
  const help = 'Ready endpoints of a route';
  // Many routes share a set.
  const counts = new Map<KnownSet, number>();
  const lines = ({ labels, set }: KnownRoute) => {
    // It has no pods that could be ready.
    if (set === HELD_SET) return '';
    let count = counts.get(set);
    if (count === undefined) {
      count = set.endpoints.filter((it) => it.condition === 'ready').length;
      counts.set(set, count);
    }
    return `${name}{${labels}} ${count}\n`;
  };
  return { name, help, type: 'gauge', items, lines };
}

function requestsTotal(items: readonly RouteSamples[]): Family<RouteSamples> {
  const name = 'podway_requests_total';
  const help =
    "Responses to requests, including podway's own; host and path are empty when no route was found";
  return { name, help, type: 'counter', items, lines: (it) => it.requestLines(name) };
}

const STAGES = {
  request: {
    name: 'podway_request_duration_seconds',
    help: 'Time from the first byte of a request to the last byte of its response',
  },
  response_head: {
    name: 'podway_upstream_response_head_seconds',
    help: 'Time from the end of the request (or its dispatch to the pod, if later) to the response head',
  },
};

function durations(items: readonly RouteSamples[], stage: keyof typeof STAGES): Family<RouteSamples> {
  const { name, help } = STAGES[stage];
  return { name, help, type: 'histogram', items, lines: (it) => it.durationLines(name, stage) };
}
