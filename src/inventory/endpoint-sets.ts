import { EMPTY_SET } from '../boundary/delta.ts';
import { compareEndpoints, compareText } from '../wiring/order.ts';
import type { DeclaredEndpoint } from './declared-endpoint.ts';

/**
 * The endpoints of one or more routes, on the main thread. Its endpoints never change. Routes with the same endpoints
 * share it.
 */
export interface EndpointSet {
  readonly number: number;
  /** Ordered by pod name, namespace, port. */
  readonly endpoints: readonly DeclaredEndpoint[];
  /** The namespaces of all endpoints, in every condition. Sorted. */
  readonly namespaces: readonly string[];
  readonly hash: number;
  /** Number of references from routes: as `declared` and as `published`. */
  holders: number;
  /** Number of routes that the workers serve with it. */
  publishedRoutes: number;
  /** Where the changes to this set begin in the current batch. */
  change: SetChange | undefined;
}

/**
 * Additions and removals that lead from one set to another, as a tree. Routes that take the same steps from the same
 * set share a node, so the resulting set is found once for all of them.
 */
export class SetChange {
  readonly base: EndpointSet;
  readonly #before: SetChange | undefined;
  readonly #endpoint: DeclaredEndpoint | undefined;
  readonly #adds: boolean;
  readonly #additions = new Map<DeclaredEndpoint, SetChange>();
  readonly #removals = new Map<DeclaredEndpoint, SetChange>();
  #arrived: EndpointSet | undefined;

  constructor(base: EndpointSet, before?: SetChange, endpoint?: DeclaredEndpoint, adds = true) {
    this.base = base;
    this.#before = before;
    this.#endpoint = endpoint;
    this.#adds = adds;
  }

  step(endpoint: DeclaredEndpoint, adds: boolean): SetChange {
    const steps = adds ? this.#additions : this.#removals;
    let next = steps.get(endpoint);
    if (next === undefined) steps.set(endpoint, (next = new SetChange(this.base, this, endpoint, adds)));
    return next;
  }

  arrive(sets: EndpointSets): EndpointSet {
    this.#arrived ??= sets.of(this.#endpoints());
    return this.#arrived;
  }

  /** This step and those before it, the last one first. */
  *#steps(): Generator<SetChange, void> {
    yield this;
    for (let step = this.#before; step !== undefined; step = step.#before) yield step;
  }

  #endpoints(): DeclaredEndpoint[] {
    const added = new Set<DeclaredEndpoint>();
    const removed = new Set<DeclaredEndpoint>();
    for (const step of this.#steps()) {
      const endpoint = step.#endpoint;
      // The last operation on an endpoint counts.
      if (endpoint === undefined || added.has(endpoint) || removed.has(endpoint)) continue;
      (step.#adds ? added : removed).add(endpoint);
    }
    const stayed = this.base.endpoints.filter((it) => !removed.has(it) && !added.has(it));
    return merged(stayed, [...added].sort(compareEndpoints));
  }
}

/** Every set that a route holds. Sets with the same endpoints are one object. */
export class EndpointSets {
  readonly none: EndpointSet = {
    ...described([]),
    number: EMPTY_SET,
    holders: Number.POSITIVE_INFINITY,
    publishedRoutes: 0,
    change: undefined,
  };
  /** By hash. Sets with the same hash are compared one by one. */
  readonly #known = new Map<number, EndpointSet[]>();
  #numbers = 0;

  /**
   * The set with these endpoints, which is created if it does not exist.
   *
   * @param endpoints in the order of `compareEndpoints`
   */
  of(endpoints: readonly DeclaredEndpoint[]): EndpointSet {
    if (endpoints.length === 0) return this.none;
    const hash = hashOf(endpoints);
    const alike = this.#known.get(hash) ?? [];
    const known = alike.find((it) => same(it.endpoints, endpoints));
    if (known !== undefined) return known;
    this.#numbers += 1;
    const made = {
      ...described(endpoints),
      number: this.#numbers,
      holders: 0,
      publishedRoutes: 0,
      change: undefined,
    };
    alike.push(made);
    this.#known.set(hash, alike);
    return made;
  }

  /** The set without the endpoints of these namespaces. */
  without(set: EndpointSet, namespaces: readonly string[]): EndpointSet {
    return this.of(set.endpoints.filter((it) => !namespaces.includes(it.namespace)));
  }

  /** Removes a set that no route holds any more. */
  forget(set: EndpointSet): void {
    const alike = (this.#known.get(set.hash) ?? []).filter((it) => it !== set);
    if (alike.length > 0) this.#known.set(set.hash, alike);
    else this.#known.delete(set.hash);
  }

  *[Symbol.iterator](): Generator<EndpointSet, void> {
    for (const alike of this.#known.values()) yield* alike;
  }
}

function described(
  endpoints: readonly DeclaredEndpoint[],
): Pick<EndpointSet, 'endpoints' | 'namespaces' | 'hash'> {
  const namespaces = [...new Set(endpoints.map((it) => it.namespace))].sort(compareText);
  return { endpoints, namespaces, hash: hashOf(endpoints) };
}

function same(a: readonly DeclaredEndpoint[], b: readonly DeclaredEndpoint[]): boolean {
  return a.length === b.length && a.every((it, at) => it === b[at]);
}

/** FNV-1a over the endpoint numbers. podway assigns them, so no client and no pod can choose numbers that collide. */
function hashOf(endpoints: readonly DeclaredEndpoint[]): number {
  let hash = 0x811c9dc5;
  for (const { number } of endpoints) hash = Math.imul(hash ^ number, 0x01000193);
  return hash;
}

/** Merges two ordered lists. */
function merged(a: readonly DeclaredEndpoint[], b: readonly DeclaredEndpoint[]): DeclaredEndpoint[] {
  if (b.length === 0) return [...a];
  const result: DeclaredEndpoint[] = [];
  let at = 0;
  for (const added of b) {
    for (let next = a[at]; next !== undefined && compareEndpoints(next, added) <= 0; next = a[++at])
      result.push(next);
    result.push(added);
  }
  for (; at < a.length; at++) result.push(a[at] as DeclaredEndpoint);
  return result;
}
