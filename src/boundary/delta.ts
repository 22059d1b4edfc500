import type { PodOptions } from '../wiring/words/pod-options.ts';
import { type CertificateDelta, NO_CERTIFICATES } from './certificates.ts';

/**
 * What crosses from the control plane to a data-plane worker: small plain records, fit for structured clone.
 * A delta is the difference of two route tables; `reset` makes it a whole table (the first one a worker gets).
 *
 * Routes name sets, and sets name endpoints, by numbers that are never used again: a pod that turns unready is one
 * record, however many routes lead to it.
 */
export interface RouteDelta extends CertificateDelta {
  /** Grows by one for every published change. */
  readonly revision: number;
  /** Forget everything before applying. */
  readonly reset: boolean;
  /** Pods and secrets have both been listed once; until then every request is answered 503. */
  readonly synced: boolean;
  /** Endpoints that are new to the workers, or whose address or condition differs. */
  readonly endpoints: readonly EndpointRecord[];
  /** Endpoints that no set names any more. */
  readonly endpointsGone: readonly number[];
  /** Sets that are new; one never changes. */
  readonly sets: readonly EndpointSetRecord[];
  /** Sets that no route names any more. */
  readonly setsGone: readonly number[];
  /** Routes that are new or have another set. */
  readonly routes: readonly RouteRecord[];
  readonly removed: readonly RouteName[];
  /** Namespace keys that are new or differ. */
  readonly keys: readonly NamespaceKeyRecord[];
  /** Namespaces that are closed from now on: it is not known whether they have a key. */
  readonly keysUnknown: readonly string[];
  /** Namespaces that are open from now on: they lost their Secret, or are known to have none. */
  readonly keysRemoved: readonly string[];
}

/** The lists of a delta that changes nothing. */
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

/** The set of a route that is held for a namespace while no pod declares it. */
export const NOBODY = 0;

export interface RouteRecord extends RouteName {
  /** Or `NOBODY`. */
  readonly set: number;
  /** Who holds it holds all below it, too: no shorter path answers for that. Absent: one may. */
  readonly fence?: true;
}

/** Every endpoint that declares the routes of this set, in every condition. */
export interface EndpointSetRecord {
  readonly set: number;
  /** Ordered by pod name, namespace, port. */
  readonly endpoints: readonly number[];
}

/**
 * Only `ready` endpoints get new exchanges, and `node-silent` ones where none is ready; the others make their routes
 * answer 503 and not 404. `pending`: its pod does not run yet, or has no address.
 */
export const CONDITIONS = ['ready', 'node-silent', 'unready', 'pending', 'terminating'] as const;
export type EndpointCondition = (typeof CONDITIONS)[number];

/** One port of one pod, spoken to in one way. Only addresses, zone and condition change under its number. */
export interface EndpointRecord {
  readonly number: number;
  readonly uid: string;
  readonly namespace: string;
  readonly pod: string;
  /** IPv4 or IPv6 literal, no brackets; empty while its pod has none. */
  readonly address: string;
  /** The pod's address of the other family, if it has one; no part of the identity. */
  readonly secondAddress?: string | undefined;
  readonly port: number;
  /** Where its node is; absent: not known. */
  readonly zone?: string | undefined;
  /** When its pod was created, in milliseconds since 1970; absent: not known. */
  readonly created?: number;
  readonly condition: EndpointCondition;
  /** What its pod says in words; absent: nothing. */
  readonly options?: PodOptions;
}

/**
 * `uid|ip|port`, and the words that count once it is picked: stable as long as it is the same pod at the same address. What
 * its words say of requests that it is to get changes in place.
 */
export function endpointId({ uid, address, port, options }: EndpointRecord): string {
  const place = `${uid}|${address}|${port}`;
  const words = options?.endpointWords ?? '';
  return words === '' ? place : `${place}|${words}`;
}

export interface NamespaceKeyRecord {
  readonly namespace: string;
  /** SHA-256 (base64) of each accepted header value. Empty: the Secret is there but holds no usable key, so deny. */
  readonly digests: readonly string[];
  /** The Secret's field that holds each of them: a name, never the key. */
  readonly fields: readonly string[];
}
