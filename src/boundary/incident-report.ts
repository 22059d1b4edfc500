import type { KeyCounts } from './figures.ts';
import type { FailureReason, OverloadReason } from './reasons.ts';

/** A pod was ejected, is in rotation again, or is gone. */
export interface PodIncident {
  readonly namespace: string;
  readonly pod: string;
  /** `ip:port`. */
  readonly address: string;
  readonly state: 'ejected' | 'returned' | 'gone';
  /** Reason of the failure that ejected it last. */
  readonly reason: FailureReason | '';
  /** Milliseconds for which it is ejected. */
  readonly period: number;
  /** Number of its ejections since the last report about it. */
  readonly ejections: number;
}

/** What a worker reports to the main thread for the log, at most once a second. */
export interface IncidentReport {
  readonly pods: readonly PodIncident[];
  /** Number of ejections of further pods. */
  readonly morePods: number;
  readonly overload: OverloadStart | OverloadEnd | undefined;
  /** Counts that no other report contains; empty unless requests were refused because of their key. */
  readonly keys: readonly KeyCounts[];
}

/** Milliseconds without a refusal after which an overload is over. */
export const OVERLOAD_QUIET = 5_000;

/** State of a worker when it began to refuse clients. */
export interface OverloadFigures {
  readonly inFlight: number;
  readonly connections: number;
  /** Requests that may begin before the next tick; 0 = no limit. */
  readonly admissionLimit: number;
  /** Bytes of requests that no pod has read yet. */
  readonly heldBytes: number;
  /** Milliseconds by which the event loop was late. */
  readonly late: number;
  /** Bytes of the JavaScript heap in use. */
  readonly heapUsed: number;
}

/** Refused since the last report, by reason; `connections`: connections closed on arrival. */
export type RejectedCounts = Readonly<Partial<Record<OverloadReason | 'connections', number>>>;

export interface OverloadStart {
  readonly state: 'begun';
  readonly rejected: RejectedCounts;
  readonly figures: OverloadFigures;
}

export interface OverloadEnd {
  readonly state: 'over';
  /** Refused since the overload began, without those in the report of its beginning. */
  readonly rejected: RejectedCounts;
  readonly peakInFlight: number;
}
