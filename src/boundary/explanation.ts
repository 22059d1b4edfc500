import type { EndpointCondition, RouteName } from './delta.ts';
import type { AnswerReason } from './reasons.ts';

/** A request to explain, as a client would send it. */
export interface ExplainQuestion {
  readonly method: string;
  /** Path and query, as in a request line. */
  readonly target: string;
  /** Value of Host. */
  readonly host: string;
  /** Further field lines, including the key; without line ends. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Address of the client. */
  readonly peer: string;
  /** The client connects to podway with TLS. */
  readonly secure: boolean;
}

/** The reply of a worker. `unreadable`: the parser refuses the request, as it would refuse a client's. */
export type ExplainedRequest =
  | { readonly kind: 'explained'; readonly explanation: Explanation; readonly sent: readonly string[] }
  | { readonly kind: 'unreadable'; readonly status: number; readonly reason: string };

/** A step of the decision. `verdict`: the reason if this step decided the request, 'passed' if the request went on. */
export interface ExplainedStep {
  readonly step: string;
  readonly verdict: string;
}

/**
 * What one worker would do with a request now, and why: plain data, without any key. A list is empty if the request was
 * decided before the step that needs it.
 */
export interface Explanation {
  /** In the order in which they were taken; the last one decided. */
  readonly steps: readonly ExplainedStep[];
  readonly outcome: Outcome;
  /**
   * The service of `auth=` that podway would ask first. `outcome` is then that of a request that the service lets in.
   */
  readonly auth?: string;
  /** Hosts and wildcards that match the request's host; the first one serves it. */
  readonly hosts: readonly string[];
  readonly readings: readonly ExplainedReading[];
  /** Routes of that host whose path matches, the longest first. */
  readonly prefixes: readonly ExplainedPrefix[];
  readonly namespaces: readonly ExplainedNamespace[];
  /** What the pods require of requests; empty if they require nothing. */
  readonly guards: readonly ExplainedGuards[];
  readonly endpoints: readonly ExplainedEndpoint[];
}

export type Outcome =
  | {
      readonly kind: 'forward';
      readonly route: RouteName;
      readonly namespaces: readonly string[];
      readonly upgrade: string;
      readonly showKey: boolean;
      readonly hop: string;
    }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly reason: AnswerReason;
      readonly close: boolean;
      readonly route: RouteName | undefined;
      readonly location: string | undefined;
    }
  | { readonly kind: 'hangup'; readonly reason: AnswerReason };

/** A reading of the path that a pod may use (see wiring/path.ts), and the prefix that it matches; '' if none. */
export interface ExplainedReading {
  readonly view: 'a' | 'b';
  readonly path: string;
  readonly finds: string;
}

export interface ExplainedPrefix {
  readonly path: string;
  /** `redirect`: the request has the path of the route without its final slash. */
  readonly kind: 'route' | 'redirect';
  readonly namespaces: readonly string[];
  /**
   * Why it does not take the request; '' if it does. `shorter`: another prefix is longer. `condition`: its pods are for
   * other requests. `reading`: not all readings of the path match it.
   */
  readonly lost: '' | 'shorter' | 'condition' | 'reading';
}

/**
 * What the keys of a namespace decide about a request. `none`: it has no key. `unknown`: podway does not know whether
 * it has one.
 */
export type KeyVerdict = 'none' | 'unknown' | 'accept' | 'refuse';

/** A namespace that has pods on the route. */
export interface ExplainedNamespace {
  readonly namespace: string;
  readonly verdict: KeyVerdict;
  /** The request may go to its pods. */
  readonly isReached: boolean;
}

/** Pods of the route with equal guards. */
export interface ExplainedGuards {
  /** The guards, as options; '' for pods without guards. */
  readonly options: string;
  readonly pods: number;
  /** The reason of the first guard that refuses the request; '' if none does. Rates are not included. */
  readonly refusal: string;
}

/**
 * Why an endpoint is excluded. `key`: its namespace does not accept the request's key. `condition`: its pod has another
 * condition than ready, or no address. `node-silent`: others are ready. `uid-repeated`: another endpoint has the same
 * uid and port. `ejected`: others are not ejected. `options`: its conditions or guards are for other requests. `full`: it
 * takes no more requests at the moment.
 */
export type Exclusion =
  | ''
  | 'key'
  | 'condition'
  | 'node-silent'
  | 'uid-repeated'
  | 'ejected'
  | 'options'
  | 'full';

/** A port of a pod on the route, and why it is excluded. */
export interface ExplainedEndpoint {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly condition: EndpointCondition;
  /** '' if the request may go there. */
  readonly excluded: Exclusion;
  /** Milliseconds until podway tries an ejected endpoint again; 0 = in rotation, or due for a try. */
  readonly ejectedFor: number;
  /** Exchanges and tunnels of this worker in progress at the endpoint. */
  readonly inFlight: number;
  /** The next request goes there if nothing changes. */
  readonly isNext: boolean;
  /** What the pod declares about its part of the requests; absent if nothing. */
  readonly part?: ExplainedPart;
  /** Zone of the pod's node; absent if unknown. */
  readonly zone?: string;
}

export interface ExplainedPart {
  /** In relation to the weights of the other pods; 100 for pods that declare none. */
  readonly weight?: number;
  /** Percent of the requests for all pods with the same share and group together. */
  readonly share?: number;
  readonly group?: string;
  /** Milliseconds until it gets its full part. */
  readonly slowStartLeft?: number;
}
