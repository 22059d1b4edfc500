import type { EndpointCondition, RouteName } from '../../boundary/delta.ts';
import type { Reason } from '../../boundary/reasons.ts';
import type { Rejection } from '../../wiring/rejection.ts';

/**
 * The state that the dashboard shows without further requests. A stream begins with the whole state (`event: state`). Then an
 * `event: change` at most once a second has the parts that differ: of `points` only the new ones, every other part as a whole.
 * Times are in milliseconds since 1970 unless stated otherwise. Texts from the cluster are untrusted.
 */
export interface DashboardState {
  readonly router: RouterState;
  readonly workers: readonly WorkerRow[];
  readonly now: Now;
  readonly points: readonly Point[];
  readonly refusals: Rows<RefusalRow>;
  readonly unready: Rows<UnreadyRow>;
  readonly ejected: Rows<EjectedRow>;
  readonly failing: Rows<FailingRow>;
  readonly limits: Rows<LimitRow>;
  readonly rejections: Rows<RejectionRow>;
  readonly conflicts: Rows<ConflictRow>;
  readonly keys: Rows<KeysRow>;
  /**
   * Routes with the most requests in the last quarter of an hour, as far as workers have reported them; `total`: number of routes
   * with requests.
   */
  readonly busiest: Rows<RouteRow>;
}

export type DashboardChange = { readonly time: number } & Partial<DashboardState>;

/** The first rows, and the total number of rows. */
export interface Rows<T> {
  readonly total: number;
  readonly rows: readonly T[];
}

/** The state of the router itself. */
export interface RouterState {
  readonly version: string;
  /** Name of the machine; in a cluster, of the router's pod. */
  readonly name: string;
  /** The header with which a question to `/explain` sends a key. */
  readonly apiKeyHeader: string;
  readonly startedAt: number;
  readonly ready: boolean;
  /** Why the router is not ready, and notes for operators. */
  readonly notes: readonly string[];
  readonly synced: boolean;
  readonly revision: number;
  readonly routes: number;
  readonly source: string;
  readonly streams: readonly StreamRow[];
  readonly restarts: number;
  /** Bytes of the whole process; `heap`: of the main thread. */
  readonly memory: { readonly resident: number; readonly heap: number };
}

/** A stream of the source. */
export interface StreamRow {
  readonly resource: string;
  readonly up: boolean;
  /** When the last data of the stream arrived, rounded to a second; null: never. */
  readonly receivedAt: number | null;
  /** Why the resource is not followed now. */
  readonly error?: string;
  /** Since when it is not followed (ISO 8601). */
  readonly since?: string;
}

export interface WorkerRow {
  readonly worker: number;
  readonly listening: boolean;
  /** Revision of its table; -1: none. */
  readonly applied: number;
  /** Event-loop lag in seconds: p99 and maximum of the last minute; null: not reported yet. */
  readonly lag: readonly [p99: number, max: number] | null;
  /** JavaScript heap in use, in bytes. */
  readonly heap: number;
  readonly inFlight: number;
  readonly connections: number;
}

/** Rates per second of the last step of 5 seconds, and percentiles of the last minute in seconds; null: no request. */
export interface Now {
  readonly requests: number;
  /** Fraction of the responses with 4xx and, below, with 5xx; null: no response. */
  readonly clientErrors: number | null;
  readonly serverErrors: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly inFlight: number;
  readonly tunnels: number;
  readonly connections: number;
}

/** A step of five seconds with the figures of `Now`; `time` in seconds since 1970; `revision` at the end of the step. */
export type Point = readonly [
  time: number,
  requests: number,
  clientErrors: number | null,
  serverErrors: number | null,
  p50: number | null,
  p95: number | null,
  p99: number | null,
  inFlight: number,
  tunnels: number,
  revision: number,
];

/** A reason for podway's own answers and aborted responses, with their number in the last quarter of an hour. */
export interface RefusalRow {
  readonly reason: Reason;
  readonly count: number;
  readonly fault: string;
  /** One sentence each, in Markdown. */
  readonly meaning: string;
  readonly action: string;
}

/** A route without a ready pod. */
export interface UnreadyRow extends RouteName {
  readonly namespaces: readonly string[];
  readonly conditions: Readonly<Partial<Record<EndpointCondition, number>>>;
  /** Pods of silent nodes serve it. */
  readonly lastResort: boolean;
}

/** An ejected pod. */
export interface EjectedRow {
  readonly namespace: string;
  readonly pod: string;
  /** `address:port`. */
  readonly address: string;
  /** Number of workers that eject it. */
  readonly workers: number;
  readonly failures: number;
  /** When the last of these workers tries it again, rounded to a second. */
  readonly until: number;
}

/** A route that answered 5xx in the last quarter of an hour. */
export interface FailingRow extends RouteName {
  readonly requests: number;
  readonly serverErrors: number;
  /** Counts of the last two minutes. */
  readonly recent: { readonly requests: number; readonly serverErrors: number };
}

export interface RejectionRow extends Pick<Rejection, 'reason' | 'detail'> {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly expected: string;
}

export interface ConflictRow extends RouteName {
  /**
   * `shared`: namespaces take turns, since no key distinguishes their requests; `options`: its pods have different options.
   */
  readonly conflict: 'shared' | 'options';
  /** Namespaces, or names of options. */
  readonly between: readonly string[];
}

export interface KeysRow {
  readonly namespace: string;
  /**
   * `denies-all`: its Secret has no usable key; `unknown`: podway does not know whether it has a key, so its pods get no requests;
   * `deleted`: its Secret is deleted, and the keys stay in force for KEY_RELEASE_DELAY.
   */
  readonly state: 'denies-all' | 'unknown' | 'deleted';
}

/** A limit that is reached or nearly reached, or for which podway refused clients in the last quarter of an hour. */
export interface LimitRow {
  readonly limit: 'descriptors' | 'connections' | 'in-flight' | 'memory';
  /** Current use: descriptors or bytes of the process, connections or requests of all workers together. */
  readonly used: number;
  /** Maximum; null: only the system limits it. */
  readonly most: number | null;
  /** The setting of the maximum; empty: the system sets it. */
  readonly setting: string;
  /** Number of refused clients in the last quarter of an hour; for descriptors, of checks that found no free descriptor. */
  readonly refused: number;
}

/** A problem of a route; `failing`: it answered 5xx in the last quarter of an hour. */
export type RouteProblem = 'no-ready-pod' | 'last-resort' | 'shared' | 'options' | 'failing';

/** A route in a list, with its counts of the last quarter of an hour. */
export interface RouteRow extends RouteName {
  readonly namespaces: readonly string[];
  /** Number of endpoints that declare it, in any condition. */
  readonly pods: number;
  readonly ready: number;
  readonly problems: readonly RouteProblem[];
  readonly requests: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
}
