import { compareRoutes } from '../wiring/order.ts';
import { OrderedRoutes } from './ordered-routes.ts';
import type { DeclaredRoute } from './declared-route.ts';

export interface RouteLimitOptions {
  readonly maxRoutesPerNamespace: number;
  /** Maximum for all namespaces together. */
  readonly maxRoutes: number;
}

export type RouteLimit = 'namespace' | 'all';

/** The routes that the pods of one namespace declare. */
interface Tenant {
  readonly namespace: string;
  /** Without duplicates, regardless of how many pods declare a route. */
  readonly routes: OrderedRoutes;
  /** The first route that does not count; those after it do not count either. Undefined: all count. */
  firstCut: DeclaredRoute | undefined;
  /** The limit that leaves them out. */
  cutBy: RouteLimit | undefined;
}

const EMPTY: readonly never[] = [];
/** Routes processed between two yields. */
const YIELD_EVERY = 1_000;

/**
 * Decides which routes are left out, because one namespace or all namespaces together declare too many. Within a
 * namespace the first routes count, in the order of host and path. So the result depends on what is declared, and not
 * on when or by which pod.
 *
 * Above the total, all namespaces have the same level, the highest that the total allows. A namespace with more routes
 * is cut to the level; a namespace within its equal share of the total keeps all routes. A route that several
 * namespaces declare takes one place. It stays while at least one of them has it within its level, and leads only to
 * the pods of those namespaces.
 */
export class RouteLimits {
  readonly #options: RouteLimitOptions;
  readonly #tenants = new Map<string, Tenant>();
  /** Namespaces whose declarations have changed since the last `settle`. */
  readonly #touched = new Set<Tenant>();
  /** Namespaces that had or have left-out routes, and that changed since the last `takeChanged`. */
  #changed = new Set<string>();
  /** Number of routes that all namespaces declare within their own limit; a route of two namespaces counts twice. */
  #declared = 0;
  #level = Number.POSITIVE_INFINITY;
  #cutting = 0;

  constructor(options: RouteLimitOptions) {
    this.#options = options;
  }

  /** The namespaces that declare the route have changed from `before` to `now`. */
  move(route: DeclaredRoute, before: readonly string[], now: readonly string[]): void {
    if (before === now) return;
    for (const namespace of before) if (!now.includes(namespace)) this.#change(namespace, route, 'delete');
    for (const namespace of now) if (!before.includes(namespace)) this.#change(namespace, route, 'add');
  }

  /** Namespaces for which the route does not count. */
  cutsOf(route: DeclaredRoute): readonly string[] {
    if (this.#cutting === 0) return EMPTY;
    return route.declared.namespaces.filter((it) => this.cuts(it, route));
  }

  cuts(namespace: string, route: DeclaredRoute): boolean {
    const firstCut = this.#tenants.get(namespace)?.firstCut;
    return firstCut !== undefined && compareRoutes(route, firstCut) >= 0;
  }

  /** The limit that leaves out routes of the namespace; undefined: no route is left out. */
  cutBy(namespace: string): RouteLimit | undefined {
    return this.#tenants.get(namespace)?.cutBy;
  }

  /** Namespaces whose left-out routes may have changed since the last call. */
  takeChanged(): ReadonlySet<string> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  /** Applies the limits to the current declarations. Calls `moved` with every route that begins or ceases to count. */
  *settle(moved: (route: DeclaredRoute) => void): Generator<void, void> {
    if (this.#touched.size === 0) return;
    const before = this.#level;
    this.#level =
      this.#declared <= this.#options.maxRoutes ? Number.POSITIVE_INFINITY : yield* this.#findLevel();
    const tenants = this.#level === before ? this.#touched : this.#tenants.values();
    for (const tenant of tenants) {
      yield* this.#cut(tenant, moved);
      if (tenant.routes.size === 0) this.#tenants.delete(tenant.namespace);
      yield;
    }
    this.#touched.clear();
  }

  #change(namespace: string, route: DeclaredRoute, change: 'add' | 'delete'): void {
    let tenant = this.#tenants.get(namespace);
    if (tenant === undefined) {
      tenant = { namespace, routes: new OrderedRoutes(), firstCut: undefined, cutBy: undefined };
      this.#tenants.set(namespace, tenant);
    }
    this.#declared -= Math.min(tenant.routes.size, this.#options.maxRoutesPerNamespace);
    tenant.routes[change](route);
    this.#declared += Math.min(tenant.routes.size, this.#options.maxRoutesPerNamespace);
    this.#touched.add(tenant);
  }

  *#cut(tenant: Tenant, moved: (route: DeclaredRoute) => void): Generator<void, void> {
    const { routes, firstCut: before } = tenant;
    const own = this.#options.maxRoutesPerNamespace;
    const now = routes.at(Math.min(own, this.#level));
    tenant.firstCut = now;
    tenant.cutBy = now && (own <= this.#level ? 'namespace' : 'all');
    this.#cutting += Number(now !== undefined) - Number(before !== undefined);
    if (now !== undefined || before !== undefined) this.#changed.add(tenant.namespace);
    if (now === before) return;
    const [first, last] = inOrder(before, now);
    let count = 0;
    for (const route of routes.from(first)) {
      if (last !== undefined && compareRoutes(route, last) >= 0) return;
      moved(route);
      if (++count % YIELD_EVERY === 0) yield;
    }
  }

  /** The number of routes that each namespace may have within the total; Infinity: all may have all their routes. */
  *#findLevel(): Generator<void, number> {
    const { maxRoutes, maxRoutesPerNamespace } = this.#options;
    // By rank: how many routes start to count when the level exceeds this rank. A shared route starts to count at its
    // lowest rank in any namespace.
    const coming: number[] = [];
    const shared = new Map<DeclaredRoute, number>();
    for (const { routes } of this.#tenants.values()) {
      let rank = 0;
      for (const route of routes.from()) {
        if (rank >= maxRoutesPerNamespace) break;
        if (route.declared.namespaces.length === 1) coming[rank] = (coming[rank] ?? 0) + 1;
        else {
          coming[rank] ??= 0;
          shared.set(route, Math.min(rank, shared.get(route) ?? rank));
        }
        if (++rank % YIELD_EVERY === 0) yield;
      }
      yield;
    }
    for (const rank of shared.values()) coming[rank] = (coming[rank] ?? 0) + 1;
    let count = 0;
    const level = coming.findIndex((routes) => (count += routes) > maxRoutes);
    return level < 0 ? Number.POSITIVE_INFINITY : level;
  }
}

/** The earlier route first; undefined comes last. */
function inOrder(
  a: DeclaredRoute | undefined,
  b: DeclaredRoute | undefined,
): [DeclaredRoute | undefined, DeclaredRoute | undefined] {
  if (a === undefined || b === undefined) return [a ?? b, undefined];
  return compareRoutes(a, b) < 0 ? [a, b] : [b, a];
}
