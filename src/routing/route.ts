import type { RouteRecord } from './delta.ts';
import type { EndpointHealth } from './ejection.ts';

/** One pod address. The same object as long as any route of this worker has it in rotation. */
export interface Endpoint {
  /** `uid|ip|port`. */
  readonly id: string;
  readonly uid: string;
  readonly namespace: string;
  readonly pod: string;
  /** IPv4 or IPv6 literal, no brackets. */
  readonly address: string;
  readonly port: number;
  readonly health: EndpointHealth;
  /** What the data plane counts here; routing does not look into it. */
  counts: object | undefined;
}

/** Where an authorised exchange may go. No candidates: the pods are there but none is ready (503). */
export interface Grant {
  readonly candidates: readonly Endpoint[];
  /** The round-robin cursor: index of the candidate whose turn it is. */
  next: number;
}

/**
 * What a request is matched to, and the grant to all its namespaces: its candidates are the ready endpoints, in rotation
 * order. A change makes a new one, running exchanges keep theirs; only cursors, partial grants and counts change in place.
 */
export interface Route extends Grant {
  readonly kind: 'route';
  /** What the data plane counts here; routing does not look into it. */
  counts: object | undefined;
  readonly host: string;
  readonly path: string;
  /** `path` in view B (see wiring/path.ts). */
  readonly pathB: string;
  /** Every namespace that has a pod here, ready or not: their keys decide. Sorted. */
  readonly namespaces: readonly string[];
  /** Grants to some of the namespaces, made when first needed; by their names, joined by slashes. */
  readonly partial: Map<string, Grant>;
}

/** A request for exactly `/a` where only `/a/` is a route: after the key check it is sent there. */
export interface Redirect {
  readonly kind: 'redirect';
  /** The route whose keys guard the answer. Its `path` (never beginning with `//`) is the Location, plus the query. */
  readonly route: Route;
}

/** The route of a record; cursors go on where those of its predecessor stood. */
export function makeRoute(
  record: RouteRecord,
  pathB: string,
  candidates: readonly Endpoint[],
  previous: Route | undefined,
): Route {
  const namespaces = [...new Set(record.endpoints.map((it) => it.namespace))].sort();
  const partial = new Map<string, Grant>();
  for (const [key, grant] of previous?.partial ?? []) {
    const some = key.split('/');
    if (!some.every((it) => namespaces.includes(it))) continue;
    const reached = within(candidates, some);
    partial.set(key, { candidates: reached, next: heir(reached, grant) });
  }
  // What every request needs comes first, so that it lies together in memory.
  return {
    kind: 'route',
    candidates,
    next: heir(candidates, previous),
    counts: undefined,
    host: record.host,
    path: record.path,
    pathB,
    namespaces,
    partial,
  };
}

/** The grant to the given namespaces (sorted, some of the route's). */
export function grantTo(route: Route, namespaces: readonly string[]): Grant {
  if (namespaces.length === route.namespaces.length) return route;
  const key = namespaces.join('/');
  let grant = route.partial.get(key);
  if (grant === undefined) {
    grant = { candidates: within(route.candidates, namespaces), next: 0 };
    route.partial.set(key, grant);
  }
  return grant;
}

function within(endpoints: readonly Endpoint[], namespaces: readonly string[]): Endpoint[] {
  return endpoints.filter((it) => namespaces.includes(it.namespace));
}

/** Whose turn it is: the endpoint's that had it before; if that one left, the first's after it that stayed. */
function heir(candidates: readonly Endpoint[], previous: Grant | undefined): number {
  if (previous === undefined) return 0;
  const count = previous.candidates.length;
  const places = new Map(candidates.map((it, index) => [it, index]));
  for (let step = 0; step < count; step++) {
    const endpoint = previous.candidates[(previous.next + step) % count];
    const place = endpoint === undefined ? undefined : places.get(endpoint);
    if (place !== undefined) return place;
  }
  return 0;
}
