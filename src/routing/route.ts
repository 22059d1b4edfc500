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
}

/** A round-robin cursor: index of the candidate whose turn is next. */
export interface Rotation {
  next: number;
}

/** Where an authorised exchange may go. No candidates: the pods are there but none is ready (503). */
export interface Grant {
  readonly candidates: readonly Endpoint[];
  readonly rotation: Rotation;
}

/** What a request is matched to. Immutable: a change makes a new one, running exchanges keep theirs. */
export interface Route {
  readonly kind: 'route';
  readonly host: string;
  readonly path: string;
  /** `path` in view B (see wiring/path.ts). */
  readonly pathB: string;
  /** Ready endpoints, in rotation order. */
  readonly endpoints: readonly Endpoint[];
  /** Every namespace that has a pod here, ready or not: their keys decide. Sorted. */
  readonly namespaces: readonly string[];
  /** The grant to all namespaces. */
  readonly whole: Grant;
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
  endpoints: readonly Endpoint[],
  previous: Route | undefined,
): Route {
  const namespaces = [...new Set(record.endpoints.map((it) => it.namespace))].sort();
  const partial = new Map<string, Grant>();
  for (const [key, grant] of previous?.partial ?? []) {
    const some = key.split('/');
    if (some.every((it) => namespaces.includes(it)))
      partial.set(key, makeGrant(within(endpoints, some), grant));
  }
  return {
    kind: 'route',
    host: record.host,
    path: record.path,
    pathB,
    endpoints,
    namespaces,
    whole: makeGrant(endpoints, previous?.whole),
    partial,
  };
}

/** The grant to the given namespaces (sorted, some of the route's). */
export function grantTo(route: Route, namespaces: readonly string[]): Grant {
  if (namespaces.length === route.namespaces.length) return route.whole;
  const key = namespaces.join('/');
  let grant = route.partial.get(key);
  if (grant === undefined) {
    grant = makeGrant(within(route.endpoints, namespaces), undefined);
    route.partial.set(key, grant);
  }
  return grant;
}

function within(endpoints: readonly Endpoint[], namespaces: readonly string[]): Endpoint[] {
  return endpoints.filter((it) => namespaces.includes(it.namespace));
}

/** The turn stays with the endpoint that had it; if that one left, with the first after it that stayed. */
function makeGrant(candidates: readonly Endpoint[], previous: Grant | undefined): Grant {
  if (previous === undefined) return { candidates, rotation: { next: 0 } };
  const count = previous.candidates.length;
  const places = new Map(candidates.map((it, index) => [it, index]));
  for (let step = 0; step < count; step++) {
    const heir = previous.candidates[(previous.rotation.next + step) % count];
    const place = heir === undefined ? undefined : places.get(heir);
    if (place !== undefined) return { candidates, rotation: { next: place } };
  }
  return { candidates, rotation: { next: 0 } };
}
