import { compareRoutes } from '../wiring/order.ts';
import { OrderedRoutes } from './ordered-routes.ts';
import type { DeclaredRoute } from './declared-route.ts';

export interface RouteLimitOptions {
  readonly maxRoutesPerNamespace: number;
  /** Of all namespaces together. */
  readonly maxRoutes: number;
}

export type RouteLimit = 'namespace' | 'all';

/** What the pods of one namespace ask for. */
interface Tenant {
  readonly namespace: string;
  /** Each once, however many pods ask for it. */
  readonly routes: OrderedRoutes;
  /** This one and what follows it do not count; undefined: all do. */
  firstCut: DeclaredRoute | undefined;
  /** Which limit that is. */
  cutBy: RouteLimit | undefined;
}

const NONE: readonly never[] = [];
/** Routes between two pauses. */
const STEP = 1_000;

/**
 * Which routes are left out, because a namespace or all of them together ask for too many. In a namespace the first count,
 * in the order of host and path: what is cut depends on what is asked for, and not on when or by which pod.
 *
 * Over the total every namespace has the same level, which is as high as the total allows: the ones that hold most are cut
 * to it, and none below its equal share. A route that several namespaces ask for takes one place; it stays as long as one of them
 * has it within its level, and leads to the pods of those that have.
 */
export class RouteLimits {
  readonly #options: RouteLimitOptions;
  readonly #tenants = new Map<string, Tenant>();
  /** Where declarations have changed since the last `settle`. */
  readonly #touched = new Set<Tenant>();
  /** Namespaces of which something was or is left out, and that changed. */
  #changed = new Set<string>();
  /** Of what all namespaces ask for within their own limit; a route of two namespaces is counted twice. */
  #declared = 0;
  #level = Number.POSITIVE_INFINITY;
  #cutting = 0;

  constructor(options: RouteLimitOptions) {
    this.#options = options;
  }

  /** A namespace declares the route from now on, or no longer does. */
  move(route: DeclaredRoute, before: readonly string[], now: readonly string[]): void {
    if (before === now) return;
    for (const namespace of before) if (!now.includes(namespace)) this.#change(namespace, route, 'delete');
    for (const namespace of now) if (!before.includes(namespace)) this.#change(namespace, route, 'add');
  }

  /** Namespaces for which the route does not count. */
  cutsOf(route: DeclaredRoute): readonly string[] {
    if (this.#cutting === 0) return NONE;
    return route.declared.namespaces.filter((it) => this.cuts(it, route));
  }

  cuts(namespace: string, route: DeclaredRoute): boolean {
    const firstCut = this.#tenants.get(namespace)?.firstCut;
    return firstCut !== undefined && compareRoutes(route, firstCut) >= 0;
  }

  /** By which limit something of the namespace is left out, if anything is. */
  cutBy(namespace: string): RouteLimit | undefined {
    return this.#tenants.get(namespace)?.cutBy;
  }

  /** Namespaces whose left-out routes may have changed since the last call. */
  takeChanged(): ReadonlySet<string> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  /** Applies the limits to the current declarations; `moved` is called with every route that begins or ceases to count. */
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
      if (++count % STEP === 0) yield;
    }
  }

  /** How many routes each namespace may have so that all of them together are not too many; Infinity: they are not. */
  *#findLevel(): Generator<void, number> {
    const { maxRoutes, maxRoutesPerNamespace } = this.#options;
    // By rank: the routes that come in with it, as the n-th of the first namespace that has them so early.
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
        if (++rank % STEP === 0) yield;
      }
      yield;
    }
    for (const rank of shared.values()) coming[rank] = (coming[rank] ?? 0) + 1;
    let count = 0;
    const level = coming.findIndex((routes) => (count += routes) > maxRoutes);
    return level < 0 ? Number.POSITIVE_INFINITY : level;
  }
}

/** The earlier one first; undefined comes last. */
function inOrder(
  a: DeclaredRoute | undefined,
  b: DeclaredRoute | undefined,
): [DeclaredRoute | undefined, DeclaredRoute | undefined] {
  if (a === undefined || b === undefined) return [a ?? b, undefined];
  return compareRoutes(a, b) < 0 ? [a, b] : [b, a];
}
