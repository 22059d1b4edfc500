import type { EndpointCondition, RouteName } from '../../boundary/delta.ts';
import type { EjectedRow, KeysRow, RejectionRow, RouteProblem, RouteRow, Rows } from './state.ts';

/** What `/dashboard/routes` answers: routes that were found, those with most requests first. */
export interface FoundRoutes {
  readonly revision: number;
  /** Routes of the table, and those among them that were found. */
  readonly total: number;
  readonly found: number;
  readonly rows: readonly RouteRow[];
}

/** What `/dashboard/route` answers. Times are milliseconds since 1970 unless said. */
export interface RouteDocument extends RouteName {
  readonly revision: number;
  readonly problems: readonly RouteProblem[];
  readonly namespaces: Rows<NamespaceRow>;
  /** Those that may get requests first. */
  readonly endpoints: Rows<EndpointRow>;
  /** What its pods say in words; pods that say the same share a row, the most pods first. */
  readonly options: Rows<OptionsRow>;
  readonly recent: RecentDocument;
  /** Of the pods that ask for it. */
  readonly rejections: Rows<RejectionRow>;
}

export interface NamespaceRow {
  readonly namespace: string;
  /** `open`: it asks for no key; `keyed`: requests have to bring one of `keys`; else see `KeysRow`. */
  readonly state: 'open' | 'keyed' | KeysRow['state'];
  readonly keys: number;
}

export interface EndpointRow {
  readonly namespace: string;
  readonly pod: string;
  /** `address:port`; only `:port` while its pod has no address. */
  readonly address: string;
  readonly condition: EndpointCondition;
  /** Of its node; empty: not known. */
  readonly zone: string;
  /** When its pod was created; null: not known. */
  readonly created: number | null;
  /** Of all workers that have replied. */
  readonly inFlight: number;
  readonly failures: number;
  /** Null: no worker leaves it out. */
  readonly ejected: Pick<EjectedRow, 'workers' | 'until'> | null;
  /** Its words without secrets; empty: none. */
  readonly words: string;
}

export interface OptionsRow {
  /** As in an annotation, without secrets. */
  readonly words: string;
  readonly pods: number;
}

/** What a route answered in the last quarter of an hour, as far as workers have reported. */
export interface RecentDocument {
  /** By the minute, the oldest first; the last one is under way. Empty: it had no request since podway began. */
  readonly minutes: readonly RouteMinute[];
  /** Seconds, of the last five to ten minutes; null: no request. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** `time`: its end, in seconds since 1970; `lasted` in milliseconds; then counts. */
export type RouteMinute = readonly [
  time: number,
  lasted: number,
  requests: number,
  clientErrors: number,
  serverErrors: number,
];
