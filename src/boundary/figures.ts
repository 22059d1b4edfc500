import type { AuthFigures } from './auth-figures.ts';
import type { HandshakeFigures } from './handshakes.ts';
import type { Http2Figures } from './http2-figures.ts';
import type { Reason } from './reasons.ts';
import type { ResponseRule } from './response-rules.ts';

/** Upper bounds of the duration buckets, in seconds; one more bucket takes the rest. */
export const DURATION_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;

/** Things that are counted per worker, not per route. Each is a `podway_<name>_total`. */
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

/** Each is a gauge `podway_<name>`; after a drain every one of them is 0. */
export const GAUGES = [
  'downstream_connections',
  'exchanges_in_flight',
  'tunnels',
  'http2_sessions',
  'http2_streams',
  'upstream_connections',
  'upstream_connections_idle',
  'buffered_bytes',
  'request_held_bytes',
  'admission_limit',
  'tls_handshakes_under_way',
  'tls_contexts',
] as const;
export type Gauge = (typeof GAUGES)[number];

/** What became of queries that came in the path of an upgrade. */
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

/** What a worker says of itself in one message: `refusals`, `failures`, `badResponses`, `queryargs`, `http2`, `scalars`, `handshakes`, `auths` and `totals` are increments since the last, the rest are states. */
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
  /** Absent: nothing new of services of `auth=`. */
  readonly auths?: readonly AuthFigures[];
  readonly totals: Totals;
  readonly gauges: Readonly<Record<Gauge, number>>;
  /** How late the worker's timers were in the last 30 to 60 seconds. */
  readonly eventLoopDelay: DelayFigures;
  /** Bytes of the worker's JavaScript heap in use now. */
  readonly heapUsed: number;
  /** Absent when pods are reached directly. */
  readonly podTunnels?: TunnelFigures;
}

/** What a worker answered, all routes together: enough for graphs, in a message that is small however many routes there are. */
export interface Totals {
  /** By the hundreds of their status: 1 to 5; 0: any other status. */
  readonly answers: readonly number[];
  /** Durations of requests, per bucket as in DurationCount. */
  readonly durations: readonly number[];
}

/** What became of the opening of a tunnel to a pod: a label of metrics. */
export type TunnelResult =
  | 'opened'
  | 'refused'
  | 'timeout'
  | 'forbidden'
  | 'throttled'
  | 'unavailable'
  | 'limit';

/** Of tunnels to pods through the API server: `open` is a state, the rest are increments. */
export interface TunnelFigures {
  readonly open: number;
  readonly opens: Readonly<Partial<Record<TunnelResult, number>>>;
  /** From the dial to the open tunnel, of each; of many only the first. */
  readonly seconds: readonly number[];
  /** Bytes; `dead`: tunnels that ended for want of a sign of life. */
  readonly traffic: { readonly received: number; readonly sent: number; readonly dead: number };
}

/** What was counted on one route for one namespace. */
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
  /** `request`: first byte in to last byte out. `response_head`: whole request sent to response head read. */
  readonly stage: 'request' | 'response_head';
  /** Per bucket (not cumulative), one more than DURATION_BUCKETS. */
  readonly buckets: ArrayLike<number>;
  readonly sum: number;
}

/** Only endpoints with something to say: in flight, failures or ejected. */
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

/** What became of requests for the pods of one keyed namespace, since it was last taken. */
export interface KeyCounts {
  readonly namespace: string;
  /** Refused: no key header. */
  readonly missing: number;
  /** Refused: a key that is none of the namespace's. */
  readonly wrong: number;
  /** Refused: more than one key header. */
  readonly repeated: number;
  /** Passed, and answered 403 by the pod itself. */
  readonly byPod: number;
  /** Passed, by the Secret's field whose key was presented; those that are not 0. */
  readonly uses: readonly (readonly [field: string, count: number])[];
}
