import type { RouteName, RouteRecord } from '../boundary/delta.ts';
import { type EndpointSet, EndpointSets, SetChange } from './endpoint-sets.ts';
import { type RouteLimitOptions, RouteLimits } from './route-limits.ts';
import { PublishedSets, type SetChanges } from './published-sets.ts';
import type { DeclaredEndpoint } from './declared-endpoint.ts';
import { DeclaredRoute } from './declared-route.ts';

/** The part of a delta that contains routes, and the sets and endpoints that they lead to. */
export interface RouteChanges extends SetChanges {
  readonly routes: readonly RouteRecord[];
  readonly removed: readonly RouteName[];
}

type PublishedMoved = (host: string, before: readonly string[], now: readonly string[]) => void;

/**
 * Every route that a pod declares. Changes are gathered and take effect together in `settle`, which yields after every
 * bounded piece of work.
 */
export class DeclaredRoutes {
  /** By host, then by path. A joined key would not do: (`a.b`, `/c`) and (`a`, `.b/c`) would be equal. */
  readonly #routes = new Map<string, Map<string, DeclaredRoute>>();
  readonly limits: RouteLimits;
  readonly #sets = new EndpointSets();
  readonly #published = new PublishedSets();
  readonly #dirty = new Set<DeclaredRoute>();
  /** Sets that have a `change` in the current batch. */
  readonly #bases = new Set<EndpointSet>();
  readonly #dropped = new Set<EndpointSet>();
  readonly #moved: PublishedMoved;

  /**
   * @param moved is called when a published route gets another set: with the namespaces of the old and of the new one
   */
  constructor(options: RouteLimitOptions, moved: PublishedMoved) {
    this.limits = new RouteLimits(options);
    this.#moved = moved;
  }

  /**
   * Returns the route of that name, and creates it if it does not exist. The caller must declare it before the next
   * `settle`, which frees only those routes that changed.
   */
  route(host: string, path: string): DeclaredRoute {
    let paths = this.#routes.get(host);
    if (paths === undefined) this.#routes.set(host, (paths = new Map()));
    let route = paths.get(path);
    if (route === undefined) paths.set(path, (route = new DeclaredRoute(host, path, this.#sets.none)));
    return route;
  }

  /** Notes that `endpoint` declares the route, or no longer does. */
  declare(route: DeclaredRoute, endpoint: DeclaredEndpoint, isDeclared: boolean): void {
    if (route.change === undefined) {
      const base = route.declared;
      base.change ??= new SetChange(base);
      route.change = base.change;
      this.#bases.add(base);
      this.#dirty.add(route);
    }
    route.change = route.change.step(endpoint, isDeclared);
  }

  /** Makes the path a fence, or removes the fence. */
  fence(host: string, path: string, isFence: boolean): void {
    const route = this.route(host, path);
    route.isFence = isFence;
    this.#dirty.add(route);
  }

  stateChanged(endpoint: DeclaredEndpoint): void {
    this.#published.stateChanged(endpoint);
  }

  /**
   * Applies the noted changes and returns what the workers do not have yet. Yields after every bounded piece of work.
   */
  *settle(): Generator<void, RouteChanges> {
    for (const route of this.#dirty) {
      if (route.change === undefined) continue;
      const declared = route.change.arrive(this.#sets);
      route.change = undefined;
      this.limits.move(route, route.declared.namespaces, declared.namespaces);
      this.#hold(route, 'declared', declared);
      yield;
    }
    for (const base of this.#bases) base.change = undefined;
    this.#bases.clear();
    yield* this.limits.settle((route) => this.#dirty.add(route));
    const routes: RouteRecord[] = [];
    const removed: RouteName[] = [];
    for (const route of this.#dirty) {
      if (this.#publish(route)) {
        if (route.record === undefined) removed.push({ host: route.host, path: route.path });
        else routes.push(route.record);
      }
      if (route.declared === this.#sets.none && !route.isFence) this.#forget(route);
      yield;
    }
    this.#dirty.clear();
    const sets = yield* this.#published.take();
    for (const set of this.#dropped) if (set.holders === 0) this.#sets.forget(set);
    this.#dropped.clear();
    return { routes, removed, ...sets };
  }

  /** Everything that the workers have, for a new worker. */
  whole(): RouteChanges {
    const routes: RouteRecord[] = [];
    // This does not yield: with generators it takes three times as long.
    for (const paths of this.#routes.values())
      for (const { record } of paths.values()) if (record !== undefined) routes.push(record);
    return { routes, removed: [], ...this.#published.whole() };
  }

  /** See PublishedSets. */
  get lastResortRoutes(): number {
    return this.#published.lastResortRoutes;
  }

  /** Number of routes whose pods have different options. */
  get differingRoutes(): number {
    return this.#published.differingRoutes;
  }

  /** Every route that the workers have. */
  *published(): Generator<DeclaredRoute, void> {
    for (const paths of this.#routes.values())
      for (const route of paths.values()) if (route.record !== undefined) yield route;
  }

  /** The route of that name, if the workers have it. */
  find({ host, path }: RouteName): DeclaredRoute | undefined {
    const route = this.#routes.get(host)?.get(path);
    return route?.record === undefined ? undefined : route;
  }

  /** Every host with a published route, a declared route or a fence. */
  hosts(): Iterable<string> {
    return this.#routes.keys();
  }

  /** The endpoint sets of the published routes of a host. */
  setsOf(host: string): ReadonlySet<EndpointSet> {
    const sets = new Set<EndpointSet>();
    for (const { published } of this.#routes.get(host)?.values() ?? [])
      if (published !== this.#sets.none) sets.add(published);
    return sets;
  }

  /** Returns false when the workers already have this state. */
  #publish(route: DeclaredRoute): boolean {
    const left = this.limits.cutsOf(route);
    const set = left.length === 0 ? route.declared : this.#sets.without(route.declared, left);
    const { host, path, isFence, record: before, published } = route;
    const isThere = set !== this.#sets.none || isFence;
    if (set === published && isThere === (before !== undefined) && isFence === (before?.fence === true))
      return false;
    if (published !== this.#sets.none) this.#published.serve(published, -1);
    if (set !== published) this.#moved(host, published.namespaces, set.namespaces);
    this.#hold(route, 'published', set);
    route.record = isThere ? { host, path, set: set.number, ...(isFence && { fence: true }) } : undefined;
    if (set !== this.#sets.none) this.#published.serve(set, 1);
    return true;
  }

  #hold(route: DeclaredRoute, as: 'declared' | 'published', set: EndpointSet): void {
    const before = route[as];
    set.holders += 1;
    before.holders -= 1;
    if (before.holders === 0) this.#dropped.add(before);
    route[as] = set;
  }

  #forget({ host, path }: DeclaredRoute): void {
    const paths = this.#routes.get(host);
    paths?.delete(path);
    if (paths?.size === 0) this.#routes.delete(host);
  }
}
