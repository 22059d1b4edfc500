import type { IncidentReport } from '../boundary/incident-report.ts';
import type { ReportPart } from '../boundary/messages.ts';
import type { SpanBatch } from '../boundary/span-record.ts';

/** Receives what the workers report. Called from message handlers of the main thread, one call at a time. */
export interface WorkersListener {
  /** Every part of every worker's report, in order. */
  report(worker: number, part: ReportPart): void;
  incidents(worker: number, report: IncidentReport): void;
  spans(batch: SpanBatch): void;
  /** Which revisions are live has changed: a worker applied one, or has gone. */
  applied(workers: readonly WorkerState[]): void;
  /** The API server refuses tunnels; `forbidden` says what to grant, undefined: the credentials are not accepted. */
  tunnelsRefused(forbidden: string | undefined): void;
  /** The worker's thread has ended; what it reported last is no longer so. */
  gone(worker: number): void;
  /** The data plane cannot go on. Called once. */
  fatal(failure: WorkersFailure): void;
}

export interface WorkersFailure {
  readonly reason: 'listen-failed' | 'crash-loop';
  /** One line for people. */
  readonly message: string;
}

export interface WorkerState {
  readonly worker: number;
  readonly listening: boolean;
  /** Revision of the table that is live there; -1 before the first. */
  readonly applied: number;
}
