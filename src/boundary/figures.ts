import type { AuthFigures } from './auth-figures.ts';
import type { HandshakeFigures } from './handshakes.ts';
import type { Http2Figures } from './http2-figures.ts';
import type { Reason } from './reasons.ts';
import type { ResponseRule } from './response-rules.ts';

/** Upper bounds of the duration buckets, in seconds; one more bucket counts longer durations. */
export const DURATION_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;

/** Counters per worker, not per route. Each is exported as `podway_<name>_total`. */
export const SCALAR_COUNTERS = [
  'downstream_connections_accepted',
  'downstream_connections_shed',
  'proxy_headers_refused',
  'downstream_received_bytes',
  'downstream_sent_bytes',
  'upstream_connections_opened',
  'upstream_connections_reused',
  'upstream_connect_failures',
  'upstream_retries',
  'upstream_ejections',
  'tunnels_opened',
  'drain_websockets_closed',
  'drain_closes_unanswered',
  'drain_event_streams_ended',
  'buffer_pauses',
  'http2_requests',
  'rate_evictions',
  'access_log_lines_dropped',
] as const;
export type ScalarCounter = (typeof SCALAR_COUNTERS)[number];

/** Each is exported as gauge `podway_<name>`; all are 0 after a drain. */
export const GAUGES = [
  'downstream_connections',
  'exchanges_in_flight',
  'tunnels',
  'http2_sessions',
  'http2_streams',
  'http2_websockets',
  'upstream_connections',
  'upstream_connections_idle',
  'buffered_bytes',
  'request_held_bytes',
  'admission_limit',
  'tls_handshakes_under_way',
  'tls_contexts',
] as const;
export type Gauge = (typeof GAUGES)[number];

/** Outcomes of queries that came in the path of an upgrade request. */
export const QUERYARGS_RESULTS = ['restored', 'refused'] as const;
export type QueryargsResult = (typeof QUERYARGS_RESULTS)[number];

export interface ReasonCount {
  readonly reason: Reason;
  readonly count: number;
}

export interface RuleCount {
  readonly rule: ResponseRule;
  readonly count: number;
}

/**
 * Figures of one worker in one message. `refusals`, `failures`, `badResponses`, `queryargs`, `http2`, `scalars`,
 * `handshakes`, `auths` and `totals` are increments since the last message; the others are states.
 */
export interface WorkerFigures {
  readonly worker: number;
  /** Requests refused before podway found a route. */
  readonly refusals: readonly ReasonCount[];
  /** Requests of a route that did not end with a complete response of a pod. */
  readonly failures: readonly ReasonCount[];
  /** Responses of pods that broke a rule. */
  readonly badResponses: readonly RuleCount[];
  readonly queryargs: Readonly<Record<QueryargsResult, number>>;
  readonly http2: Http2Figures;
  readonly scalars: Readonly<Record<ScalarCounter, number>>;
  readonly handshakes: HandshakeFigures;
  /** Absent if there is nothing new about services of `auth=`. */
  readonly auths?: readonly AuthFigures[];
  readonly totals: Totals;
  readonly gauges: Readonly<Record<Gauge, number>>;
  /** How late the worker's timers were in the last 30 to 60 seconds. */
  readonly eventLoopDelay: DelayFigures;
  /** Bytes of the worker's JavaScript heap in use now. */
  readonly heapUsed: number;
  /** Absent if podway reaches pods directly. */
  readonly podTunnels?: TunnelFigures;
}

/**
 * What a worker answered on all routes together: enough for graphs, in a message whose size does not depend on the
 * number of routes.
 */
export interface Totals {
  /** Number of answers by the first digit of their status, 1 to 5; 0: any other status. */
  readonly answers: readonly number[];
  /** Durations of requests; buckets as in DurationCount. */
  readonly durations: readonly number[];
}

/** Outcome of opening a tunnel to a pod: a label of metrics. */
export type TunnelResult =
  | 'opened'
  | 'refused'
  | 'timeout'
  | 'forbidden'
  | 'throttled'
  | 'unavailable'
  | 'limit';

/** Figures of tunnels to pods through the API server: `open` is a state, the others are increments. */
export interface TunnelFigures {
  readonly open: number;
  readonly opens: Readonly<Partial<Record<TunnelResult, number>>>;
  /** Seconds from the dial to the open tunnel, for the first of the tunnels since the last report. */
  readonly seconds: readonly number[];
  /** Bytes; `dead`: tunnels that podway ended because the API server no longer responded. */
  readonly traffic: { readonly received: number; readonly sent: number; readonly dead: number };
}

/** Counts of one route for one namespace. */
export interface SeriesIncrement {
  readonly host: string;
  readonly path: string;
  readonly namespace: string;
  readonly requests: readonly RequestCount[];
  readonly durations: readonly DurationCount[];
}

export interface RequestCount {
  /** GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS or OTHER. */
  readonly method: string;
  readonly code: number;
  readonly count: number;
}

export interface DurationCount {
  /**
   * `request`: from the first byte received to the last byte sent. `response_head`: from the end of the request to the
   * end of the response head.
   */
  readonly stage: 'request' | 'response_head';
  /** Counts per bucket (not cumulative), one more than DURATION_BUCKETS. */
  readonly buckets: ArrayLike<number>;
  readonly sum: number;
}

/** State of an endpoint. Reports contain only endpoints that have requests in flight, have failures or are ejected. */
export interface EndpointReport {
  readonly id: string;
  readonly namespace: string;
  readonly pod: string;
  readonly inFlight: number;
  readonly failures: number;
  /** Milliseconds until it is tried again; 0 = in rotation. */
  readonly ejectedFor: number;
}

/** How late timers were, in seconds. */
export interface DelayFigures {
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
}

/** Outcomes of requests for the pods of one keyed namespace, since the last report of them. */
export interface KeyCounts {
  readonly namespace: string;
  /** Refused: no key header. */
  readonly missing: number;
  /** Refused: the key is not one of the namespace's. */
  readonly wrong: number;
  /** Refused: more than one key header. */
  readonly repeated: number;
  /** Let in, and then answered 403 by the pod itself. */
  readonly byPod: number;
  /** Let in, by the Secret's field whose key the client presented; fields without requests are left out. */
  readonly uses: readonly (readonly [field: string, count: number])[];
}
