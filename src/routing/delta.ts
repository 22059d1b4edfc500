/**
 * What crosses from the control plane to a data-plane worker: small plain records, fit for structured clone.
 * A delta is the difference of two route tables; `reset` makes it a whole table (the first one a worker gets).
 */
export interface RouteDelta {
  /** Grows by one for every published change. */
  readonly revision: number;
  /** Forget everything before applying. */
  readonly reset: boolean;
  /** Pods and secrets have both been listed once; until then every request is answered 503. */
  readonly synced: boolean;
  /** Routes that are new or differ; each replaces its predecessor of the same host and path as a whole. */
  readonly routes: readonly RouteRecord[];
  readonly removed: readonly RouteName[];
  /** Namespace keys that are new or differ. */
  readonly keys: readonly NamespaceKeyRecord[];
  /** Namespaces that lost their Secret: open from now on. */
  readonly keysRemoved: readonly string[];
}

export interface RouteName {
  /** Canonical host (lower case, no port, no trailing dot), or `*.example.com`. */
  readonly host: string;
  /** Path prefix in view A (see wiring/path.ts), always beginning with `/`. */
  readonly path: string;
}

export interface RouteRecord extends RouteName {
  /** Every pod address that asks for this route, ready or not, ordered by pod name, namespace, port. */
  readonly endpoints: readonly EndpointRecord[];
}

/** `unready` and `terminating` endpoints get no new exchange, but they make the route answer 503 and not 404. */
export type EndpointCondition = 'ready' | 'unready' | 'terminating';

export interface EndpointRecord {
  /** `uid|ip|port`: stable as long as it is the same pod at the same address. */
  readonly id: string;
  readonly uid: string;
  readonly namespace: string;
  readonly pod: string;
  /** IPv4 or IPv6 literal, no brackets. */
  readonly address: string;
  readonly port: number;
  readonly condition: EndpointCondition;
}

export interface NamespaceKeyRecord {
  readonly namespace: string;
  /** SHA-256 (base64) of each accepted header value. Empty: the Secret is there but holds no usable key, so deny. */
  readonly digests: readonly string[];
}
