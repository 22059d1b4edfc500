import type { KeyCounts } from './figures.ts';
import type { FailureReason, OverloadReason } from './reasons.ts';

/** A pod began to be left out, or is asked again. */
export interface PodIncident {
  readonly namespace: string;
  readonly pod: string;
  /** `ip:port`. */
  readonly address: string;
  readonly state: 'ejected' | 'returned' | 'gone';
  /** Of the failure that ejected it last. */
  readonly reason: FailureReason | '';
  /** Milliseconds for which it is left out. */
  readonly period: number;
  /** How often it was ejected since the last report about it. */
  readonly ejections: number;
}

/** What a worker reports to the main thread for the log, at most once in a second. */
export interface IncidentReport {
  readonly pods: readonly PodIncident[];
  /** Ejections of further pods. */
  readonly morePods: number;
  readonly overload: OverloadBegun | OverloadOver | undefined;
  /** Counts that are in no other report; only when requests were refused for their key. */
  readonly keys: readonly KeyCounts[];
}

/** Milliseconds without a refusal after which an overload is over. */
export const OVERLOAD_QUIET = 5_000;

/** What a worker's state was when it began to turn clients away. */
export interface OverloadFigures {
  readonly inFlight: number;
  readonly connections: number;
  /** Requests that may begin before the next tick; 0 = as many as come. */
  readonly admissionLimit: number;
  /** Bytes of requests that no pod has taken. */
  readonly heldBytes: number;
  /** Milliseconds that the event loop was late. */
  readonly late: number;
  /** Bytes of the JavaScript heap. */
  readonly heapUsed: number;
}

/** Rejected since the last report, by reason; `connections`: closed when they came. */
export type TurnedAway = Readonly<Partial<Record<OverloadReason | 'connections', number>>>;

export interface OverloadBegun {
  readonly state: 'begun';
  readonly turnedAway: TurnedAway;
  readonly figures: OverloadFigures;
}

export interface OverloadOver {
  readonly state: 'over';
  /** Since it began, without what was reported then. */
  readonly turnedAway: TurnedAway;
  readonly peakInFlight: number;
}
