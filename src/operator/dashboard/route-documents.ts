import type { EndpointCondition, RouteName } from '../../boundary/delta.ts';
import type { EjectedRow, KeysRow, RejectionRow, RouteProblem, RouteRow, Rows } from './state.ts';

/** The document of `/dashboard/routes`: matching routes, those with the most requests first. */
export interface FoundRoutes {
  readonly revision: number;
  /** Number of routes in the table. */
  readonly total: number;
  /** Number of routes that match the search. */
  readonly found: number;
  readonly rows: readonly RouteRow[];
}

/** The document of `/dashboard/route`. Times are in milliseconds since 1970 unless stated otherwise. */
export interface RouteDocument extends RouteName {
  readonly revision: number;
  readonly problems: readonly RouteProblem[];
  readonly namespaces: Rows<NamespaceRow>;
  /** Endpoints that may get requests come first. */
  readonly endpoints: Rows<EndpointRow>;
  /** Options of its pods. Pods with equal options share a row; rows with the most pods come first. */
  readonly options: Rows<OptionsRow>;
  readonly recent: RecentDocument;
  /** Rejections of the pods that declare it. */
  readonly rejections: Rows<RejectionRow>;
}

export interface NamespaceRow {
  readonly namespace: string;
  /** `open`: it requires no key; `keyed`: it requires one of `keys` keys; for the other states see `KeysRow`. */
  readonly state: 'open' | 'keyed' | KeysRow['state'];
  /** Number of its keys. */
  readonly keys: number;
}

export interface EndpointRow {
  readonly namespace: string;
  readonly pod: string;
  /** `address:port`; only `:port` while its pod has no address. */
  readonly address: string;
  readonly condition: EndpointCondition;
  /** Zone of its node; empty: unknown. */
  readonly zone: string;
  /** When its pod was created; null: unknown. */
  readonly created: number | null;
  /** Sum of all workers that have replied. */
  readonly inFlight: number;
  readonly failures: number;
  /** Null: no worker ejects it. */
  readonly ejected: Pick<EjectedRow, 'workers' | 'until'> | null;
  /** Its options without secrets; empty: none. */
  readonly options: string;
}

export interface OptionsRow {
  /** The options as in an annotation, without secrets. */
  readonly options: string;
  readonly pods: number;
}

/** Responses of a route in the last quarter of an hour, as far as workers have reported them. */
export interface RecentDocument {
  /** Counts by minute, the oldest first; the last minute is not complete. Empty: the route has had no request since podway started. */
  readonly minutes: readonly RouteMinute[];
  /** Percentiles of the last five to ten minutes, in seconds; null: no request. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** A minute: `time` of its end in seconds since 1970, `lasted` in milliseconds, then counts. */
export type RouteMinute = readonly [
  time: number,
  lasted: number,
  requests: number,
  clientErrors: number,
  serverErrors: number,
];
