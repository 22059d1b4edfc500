import type { PodOptions } from '../wiring/options/pod-options.ts';
import { type CertificateDelta, NO_CERTIFICATES } from './certificates.ts';

/**
 * What the control plane sends to a data-plane worker: small plain records for structured clone. A delta is the
 * difference between two route tables; `reset` makes it a whole table, such as the first one that a worker gets.
 *
 * Routes refer to sets, and sets to endpoints, by numbers that are never used again. So a pod that turns unready takes
 * one record, regardless of how many routes lead to it.
 */
export interface RouteDelta extends CertificateDelta {
  /** Grows by one with every published change. */
  readonly revision: number;
  /** The worker forgets its table before it applies this delta. */
  readonly reset: boolean;
  /** podway has listed pods and Secrets once; until then workers answer every request with 503. */
  readonly synced: boolean;
  /** Endpoints that are new to the workers, or whose addresses, zone or condition have changed. */
  readonly endpoints: readonly EndpointRecord[];
  /** Numbers of endpoints that no set contains any more. */
  readonly endpointsGone: readonly number[];
  /** New sets; a set never changes. */
  readonly sets: readonly EndpointSetRecord[];
  /** Numbers of sets that no route uses any more. */
  readonly setsGone: readonly number[];
  /** Routes that are new or have another set. */
  readonly routes: readonly RouteRecord[];
  readonly removed: readonly RouteName[];
  /** Namespace keys that are new or have changed. */
  readonly keys: readonly NamespaceKeyRecord[];
  /** Namespaces that are closed from now on, because podway does not know whether they have a key. */
  readonly keysUnknown: readonly string[];
  /** Namespaces that are open from now on: they lost their Secret, or are known to have none. */
  readonly keysRemoved: readonly string[];
}

/** Empty lists, for a delta that changes nothing. */
export const NO_CHANGES: Omit<RouteDelta, 'revision' | 'reset' | 'synced'> = {
  endpoints: [],
  endpointsGone: [],
  sets: [],
  setsGone: [],
  routes: [],
  removed: [],
  keys: [],
  keysUnknown: [],
  keysRemoved: [],
  ...NO_CERTIFICATES,
};

export interface RouteName {
  /** Canonical host (lower case, no port, no trailing dot), or `*.example.com`. */
  readonly host: string;
  /** Path prefix in view A (see wiring/path.ts), always beginning with `/`. */
  readonly path: string;
}

/** The number of the empty set, for a route that a namespace holds but no pod declares. */
export const EMPTY_SET = 0;

export interface RouteRecord extends RouteName {
  /** Number of the set of endpoints that serve the route, or `EMPTY_SET`. */
  readonly set: number;
  /**
   * Present if no route with a shorter path may answer requests below this one: its holder holds all paths below it,
   * too.
   */
  readonly fence?: true;
}

/** Every endpoint that declares the routes of this set, in any condition. */
export interface EndpointSetRecord {
  readonly set: number;
  /** Endpoint numbers, ordered by pod name, namespace and port. */
  readonly endpoints: readonly number[];
}

/**
 * Only `ready` endpoints get new exchanges, and `node-silent` ones if none is ready. The others make their routes
 * answer 503 instead of 404. `pending`: the pod does not run yet or has no address.
 */
export const CONDITIONS = ['ready', 'node-silent', 'unready', 'pending', 'terminating'] as const;
export type EndpointCondition = (typeof CONDITIONS)[number];

/**
 * One port of one pod with one set of options. Its number stays the same while only its addresses, zone and condition
 * change.
 */
export interface EndpointRecord {
  readonly number: number;
  readonly uid: string;
  readonly namespace: string;
  readonly pod: string;
  /** IPv4 or IPv6 literal without brackets; empty if the pod has no address. */
  readonly address: string;
  /** The pod's address of the other family, if it has one; not part of the identity. */
  readonly secondAddress?: string | undefined;
  readonly port: number;
  /** Zone of the pod's node; absent if unknown. */
  readonly zone?: string | undefined;
  /** When the pod was created, in milliseconds since 1970; absent if unknown. */
  readonly created?: number;
  readonly condition: EndpointCondition;
  /** Options that the pod declares; absent if it declares none. */
  readonly options?: PodOptions;
}

/**
 * `uid|ip|port`, and the options that apply after the endpoint is picked. It stays the same for the same pod at the
 * same address. Options that decide which requests the endpoint may get can change without a new id.
 */
export function endpointId({ uid, address, port, options }: EndpointRecord): string {
  const place = `${uid}|${address}|${port}`;
  const text = options?.endpointText ?? '';
  return text === '' ? place : `${place}|${text}`;
}

export interface NamespaceKeyRecord {
  readonly namespace: string;
  /**
   * SHA-256 (base64) of each accepted header value. Empty if the Secret exists but has no usable key: then podway
   * denies every request.
   */
  readonly digests: readonly string[];
  /** The field of the Secret that holds each key: a name, never the key. */
  readonly fields: readonly string[];
}
