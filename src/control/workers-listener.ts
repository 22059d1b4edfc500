import type { IncidentReport } from '../boundary/incident-report.ts';
import type { ReportPart } from '../boundary/messages.ts';
import type { SpanBatch } from '../boundary/span-record.ts';

/** Receives the reports of the workers. Message handlers of the main thread call it, one call at a time. */
export interface WorkersListener {
  /** Every part of every worker's report, in order. */
  report(worker: number, part: ReportPart): void;
  incidents(worker: number, report: IncidentReport): void;
  spans(batch: SpanBatch): void;
  /** A worker has applied a revision, or has gone. */
  applied(workers: readonly WorkerState[]): void;
  /** The API server refuses tunnels. `forbidden` describes the missing right; undefined: it does not accept the credentials. */
  tunnelsRefused(forbidden: string | undefined): void;
  /** The worker's thread has ended; its last reports no longer apply. */
  gone(worker: number): void;
  /** The data plane cannot continue. Called once. */
  fatal(failure: WorkersFailure): void;
}

export interface WorkersFailure {
  readonly reason: 'listen-failed' | 'crash-loop';
  /** One line for the user. */
  readonly message: string;
}

export interface WorkerState {
  readonly worker: number;
  readonly listening: boolean;
  /** Revision of the table by which the worker routes; -1: it has no table yet. */
  readonly applied: number;
}
