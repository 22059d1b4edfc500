import type { EndpointCondition, RouteName } from '../../boundary/delta.ts';
import type { Reason } from '../../boundary/reasons.ts';
import type { Rejection } from '../../wiring/rejection.ts';

/**
 * All that the dashboard shows without being asked for more. A stream begins with the whole of it (`event: state`); then each
 * second that changes something brings the parts that are different (`event: change`): `points` those that are new, every
 * other part whole. Times are milliseconds since 1970 unless said, and texts of the cluster are as hostile as they come.
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
  /** Routes with most requests in the last quarter of an hour, as far as workers have reported; `total`: routes that had any. */
  readonly busiest: Rows<RouteRow>;
}

export type DashboardChange = { readonly time: number } & Partial<DashboardState>;

/** The first rows, and how many there are. */
export interface Rows<T> {
  readonly total: number;
  readonly rows: readonly T[];
}

/** Is the router itself well? */
export interface RouterState {
  readonly version: string;
  /** Of the machine: in a cluster, of the router's pod. */
  readonly name: string;
  /** The field by which a question to `/explain` brings a key. */
  readonly apiKeyHeader: string;
  readonly startedAt: number;
  readonly ready: boolean;
  /** Why it is not ready; else what a person should know. */
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
  /** When anything came from it last; null: never. To the second. */
  readonly receivedAt: number | null;
  /** Why it is not followed now, and since when (ISO 8601). */
  readonly error?: string;
  readonly since?: string;
}

export interface WorkerRow {
  readonly worker: number;
  readonly listening: boolean;
  /** Revision of its table; -1: none. */
  readonly applied: number;
  /** Seconds that its timers were late: p99 and maximum of the last minute; null: it has not said. */
  readonly lag: readonly [p99: number, max: number] | null;
  /** Bytes. */
  readonly heap: number;
  readonly inFlight: number;
  readonly connections: number;
}

/** Rates are per second and of the last step of 5 seconds, percentiles of the last minute, in seconds; null: no request. */
export interface Now {
  readonly requests: number;
  /** Of all answers, those of 4xx and of 5xx; null: no answer. */
  readonly clientErrors: number | null;
  readonly serverErrors: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly inFlight: number;
  readonly tunnels: number;
  readonly connections: number;
}

/** A step of five seconds, as `Now`; `time` in seconds since 1970. `revision` at its end: marks are where it is another. */
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

/** Why podway answered by itself or broke off, in the last quarter of an hour. */
export interface RefusalRow {
  readonly reason: Reason;
  readonly count: number;
  readonly fault: string;
  /** Markdown of one sentence each. */
  readonly meaning: string;
  readonly action: string;
}

/** A route without a ready pod. */
export interface UnreadyRow extends RouteName {
  readonly namespaces: readonly string[];
  readonly conditions: Readonly<Partial<Record<EndpointCondition, number>>>;
  /** Pods serve it whose nodes are silent. */
  readonly lastResort: boolean;
}

/** A pod that workers leave out. */
export interface EjectedRow {
  readonly namespace: string;
  readonly pod: string;
  /** `address:port`. */
  readonly address: string;
  /** That leave it out. */
  readonly workers: number;
  readonly failures: number;
  /** When the last of them tries it again; to the second. */
  readonly until: number;
}

/** A route that answered 5xx in the last quarter of an hour. */
export interface FailingRow extends RouteName {
  readonly requests: number;
  readonly serverErrors: number;
  /** The same of the last two minutes. */
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
   * `shared`: namespaces take turns, since no key distinguishes their requests; `words`: its pods have different options.
   */
  readonly conflict: 'shared' | 'words';
  /** Namespaces, or names of words. */
  readonly between: readonly string[];
}

export interface KeysRow {
  readonly namespace: string;
  /** `denies-all`: its Secret has no usable key; `unknown`: its pods wait; `deleted`: its keys stay in force for a while. */
  readonly state: 'denies-all' | 'unknown' | 'deleted';
}

/** What is used up, nearly so, or was in the last quarter of an hour. */
export interface LimitRow {
  readonly limit: 'descriptors' | 'connections' | 'in-flight' | 'memory';
  /** In use now and the most; descriptors of the process, bytes, else of all workers together. */
  readonly used: number;
  /** Null: as many as the system has. */
  readonly most: number | null;
  /** That says how much it may be; empty: the system does. */
  readonly setting: string;
  /** Clients that were turned away for it in the last quarter of an hour, or checks that found none left. */
  readonly refused: number;
}

/** What may be wrong with a route; `failing`: it answered 5xx in the last quarter of an hour. */
export type RouteProblem = 'no-ready-pod' | 'last-resort' | 'shared' | 'words' | 'failing';

/** A route in a list: what it answered in the last quarter of an hour. */
export interface RouteRow extends RouteName {
  readonly namespaces: readonly string[];
  /** Ports of pods that declare it, in every condition. */
  readonly pods: number;
  readonly ready: number;
  readonly problems: readonly RouteProblem[];
  readonly requests: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
}
