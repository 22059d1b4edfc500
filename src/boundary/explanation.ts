import type { EndpointCondition, RouteName } from './delta.ts';
import type { AnswerReason } from './reasons.ts';

/** What is asked of a request: as a client would send it. */
export interface ExplainQuestion {
  readonly method: string;
  /** Path and query, as a request line has them. */
  readonly target: string;
  /** Value of Host. */
  readonly host: string;
  /** Further field lines, the key among them; no line ends. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The address of who sends it. */
  readonly peer: string;
  /** It comes by TLS of ours. */
  readonly secure: boolean;
}

/** What a worker says to a question; `problem`: the parser refuses it, as it would a client's. */
export type ExplainedRequest =
  | { readonly kind: 'explained'; readonly explanation: Explanation; readonly sent: readonly string[] }
  | { readonly kind: 'unreadable'; readonly status: number; readonly reason: string };

/** A step of the decision, and why it decided the request; 'passed': it went on. */
export interface ExplainedStep {
  readonly step: string;
  readonly verdict: string;
}

/**
 * What one worker would do with a request now, and why: plain data, without any key. A list is empty if the request was
 * decided before the step that needs it.
 */
export interface Explanation {
  /** As they were taken; the last one decided. */
  readonly steps: readonly ExplainedStep[];
  readonly outcome: Outcome;
  /** The service that would be asked before; the outcome is that of a request that it lets in. */
  readonly auth?: string;
  /** Hosts and wildcards that match the request's host; the first one serves it. */
  readonly hosts: readonly string[];
  readonly readings: readonly ExplainedReading[];
  /** Routes of that host whose path matches, the longest first. */
  readonly prefixes: readonly ExplainedPrefix[];
  readonly namespaces: readonly ExplainedNamespace[];
  /** What its pods demand of requests; empty if none demands anything. */
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

/** A reading of the path by which a pod might go (see wiring/path.ts), and the prefix that it finds; '' for none. */
export interface ExplainedReading {
  readonly view: 'a' | 'b';
  readonly path: string;
  readonly finds: string;
}

export interface ExplainedPrefix {
  readonly path: string;
  /** `redirect`: the request is for the path without its slash. */
  readonly kind: 'route' | 'redirect';
  readonly namespaces: readonly string[];
  /**
   * Why it does not take the request; '': it does. `shorter`: another one is longer. `condition`: its pods are for other
   * requests. `reading`: not all readings of the path find it.
   */
  readonly lost: '' | 'shorter' | 'condition' | 'reading';
}

/** What the keys of a namespace say to a request: `none` of them, `unknown` whether any. */
export type KeyVerdict = 'none' | 'unknown' | 'accept' | 'refuse';

/** A namespace that has pods on the route. */
export interface ExplainedNamespace {
  readonly namespace: string;
  readonly verdict: KeyVerdict;
  /** The request may go to its pods. */
  readonly isReached: boolean;
}

/** Pods of the route that demand the same. */
export interface ExplainedGuards {
  /** The words that say so; '' for pods that demand nothing. */
  readonly words: string;
  readonly pods: number;
  /** The reason of the first demand that the request does not meet; '': it meets all. Rates are not among them. */
  readonly refusal: string;
}

/**
 * `key`: its namespace does not accept the request's key. `condition`: that of its pod, or the pod has no address.
 * `node-silent`: others are ready. `uid-repeated`: another one has the same uid and port. `ejected`: others are not. `words`: its conditions or guards are for other requests. `full`: it takes no more at the moment.
 */
export type Exclusion =
  | ''
  | 'key'
  | 'condition'
  | 'node-silent'
  | 'uid-repeated'
  | 'ejected'
  | 'words'
  | 'full';

/** A port of a pod on the route, and what speaks against it. */
export interface ExplainedEndpoint {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly condition: EndpointCondition;
  /** '' when a request may go there. */
  readonly excluded: Exclusion;
  /** Milliseconds until an ejected one is tried again; 0 = in rotation, or to be tried. */
  readonly ejectedFor: number;
  /** Exchanges and tunnels of this worker that go on there. */
  readonly inFlight: number;
  /** The next request, if nothing changes, goes there. */
  readonly isNext: boolean;
  /** What its pod says of its part among the others; absent: nothing. */
  readonly part?: ExplainedPart;
  /** Where its node is; absent: not known. */
  readonly zone?: string;
}

export interface ExplainedPart {
  /** Beside those of the others; 100 where it says none. */
  readonly weight?: number;
  /** Percent of the requests, for all pods of the same share and group together. */
  readonly share?: number;
  readonly group?: string;
  /** Milliseconds until it gets all that it should. */
  readonly slowStartLeft?: number;
}
