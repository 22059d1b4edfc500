import type { RouteName, RouteRecord } from '../boundary/delta.ts';
import { type EndpointSet, EndpointSets, SetChange } from './endpoint-sets.ts';
import { type RouteLimitOptions, RouteLimits } from './route-limits.ts';
import { PublishedSets, type SetChanges } from './published-sets.ts';
import type { DeclaredEndpoint } from './declared-endpoint.ts';
import { DeclaredRoute } from './declared-route.ts';

/** The part of a delta that is about routes and what they lead to. */
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
  /** By host, then path. Two maps and not a joined key: (`a.b`, `/c`) and (`a`, `.b/c`) never meet. */
  readonly #routes = new Map<string, Map<string, DeclaredRoute>>();
  readonly limits: RouteLimits;
  readonly #sets = new EndpointSets();
  readonly #published = new PublishedSets();
  readonly #dirty = new Set<DeclaredRoute>();
  /** Sets from which changes begin. */
  readonly #bases = new Set<EndpointSet>();
  readonly #dropped = new Set<EndpointSet>();
  readonly #moved: PublishedMoved;

  /** @param moved is called when a route is published to endpoints of other namespaces than before */
  constructor(options: RouteLimitOptions, moved: PublishedMoved) {
    this.limits = new RouteLimits(options);
    this.#moved = moved;
  }

  /** The route of that name, known from now on. It must be requested before the next `settle`. */
  route(host: string, path: string): DeclaredRoute {
    let paths = this.#routes.get(host);
    if (paths === undefined) this.#routes.set(host, (paths = new Map()));
    let route = paths.get(path);
    if (route === undefined) paths.set(path, (route = new DeclaredRoute(host, path, this.#sets.none)));
    return route;
  }

  /** `endpoint` declares the route, or no longer does. */
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

  /** Routes of others end here from now on, or no more. */
  fence(host: string, path: string, isFence: boolean): void {
    const route = this.route(host, path);
    route.isFence = isFence;
    this.#dirty.add(route);
  }

  stateChanged(endpoint: DeclaredEndpoint): void {
    this.#published.stateChanged(endpoint);
  }

  /** Takes the present state as published, and returns what the workers do not know of it. */
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

  /** All that the workers know. */
  whole(): RouteChanges {
    const routes: RouteRecord[] = [];
    // One stretch of the main thread: without generators it takes a third of the time.
    for (const paths of this.#routes.values())
      for (const { record } of paths.values()) if (record !== undefined) routes.push(record);
    return { routes, removed: [], ...this.#published.whole() };
  }

  /** See PublishedSets. */
  get lastResortRoutes(): number {
    return this.#published.lastResortRoutes;
  }

  /** Routes whose pods have different options. */
  get differingRoutes(): number {
    return this.#published.differingRoutes;
  }

  /** Every route that the workers know. */
  *published(): Generator<DeclaredRoute, void> {
    for (const paths of this.#routes.values())
      for (const route of paths.values()) if (route.record !== undefined) yield route;
  }

  /** The route of that name, if the workers know one. */
  find({ host, path }: RouteName): DeclaredRoute | undefined {
    const route = this.#routes.get(host)?.get(path);
    return route?.record === undefined ? undefined : route;
  }

  /** Every host that has a route, or that a pod declares. */
  hosts(): Iterable<string> {
    return this.#routes.keys();
  }

  /** What the published routes of a host lead to. */
  setsOf(host: string): ReadonlySet<EndpointSet> {
    const sets = new Set<EndpointSet>();
    for (const { published } of this.#routes.get(host)?.values() ?? [])
      if (published !== this.#sets.none) sets.add(published);
    return sets;
  }

  /** False when the workers know exactly that already. */
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
