import type { EndpointReport, KeyCounts, WorkerFigures } from './figures.ts';
import type { IncidentReport } from './incident-report.ts';
import type { PackedPods } from './packed-pods.ts';
import type { Question, Reply } from './questions.ts';
import type { RouteDelta } from './delta.ts';
import type { PackedCounts } from './packed-counts.ts';
import type { WorkerSettings } from './settings.ts';
import type { SpanBatch } from './span-record.ts';
import type { StreamAccess } from './stream-access.ts';

/** What a worker thread is started with. */
export interface WorkerData {
  readonly worker: number;
  readonly settings: WorkerSettings;
  /** What all workers know of the rates of clients. */
  readonly rates: SharedArrayBuffer;
}

/** Main thread to worker. */
export type ToWorker =
  /** `more`: further parts of the same change follow, and nothing of it is live before the last. */
  | { readonly type: 'delta'; readonly delta: RouteDelta; readonly more: boolean }
  /** Credentials for tunnels to pods from now on; undefined: there are none now. Holds secrets. */
  | { readonly type: 'access'; readonly access: StreamAccess | undefined }
  /** Say the figures, which are part of no order: a worker that is too busy to say all in time is known by them. */
  | { readonly type: 'figures' }
  /** Say the next part of the report; the one after the last begins a new report. */
  | { readonly type: 'report' }
  /** Say what an operator wants to know, under this number. */
  | { readonly type: 'question'; readonly id: number; readonly question: Question }
  /** Tickets of TLS sessions are written and read with this key from now on, in the form that Node takes. */
  | { readonly type: 'ticket-key'; readonly key: Uint8Array }
  /** Certificates of clients are verified by these authorities from now on, as PEM. */
  | { readonly type: 'client-ca'; readonly pem: string }
  /** The process will end: serve on, but fail health checks. */
  | { readonly type: 'leave' }
  /** Stop accepting, finish what runs, end the rest after `timeout` milliseconds, then say `drained`. */
  | { readonly type: 'drain'; readonly timeout: number };

/** Worker to main thread. */
export type FromWorker =
  /** `tlsPort` undefined: clients cannot come by TLS. */
  | {
      readonly type: 'listening';
      readonly address: string;
      readonly port: number;
      readonly tlsPort?: number | undefined;
    }
  | {
      readonly type: 'listen-failed';
      readonly code: string;
      readonly message: string;
      /** That cannot be had; undefined where Node does not say. */
      readonly port?: number | undefined;
    }
  /** A part of a change has been taken in; the next may come. */
  | { readonly type: 'staged' }
  /** The table of this revision is live here. */
  | { readonly type: 'applied'; readonly revision: number }
  | { readonly type: 'report'; readonly part: ReportPart }
  | { readonly type: 'incidents'; readonly report: IncidentReport }
  | { readonly type: 'spans'; readonly batch: SpanBatch }
  | { readonly type: 'reply'; readonly id: number; readonly reply: Reply }
  /**
   * The API server refuses tunnels. `forbidden`: one printable line that says what to grant; undefined: it does not accept the
   * credentials, and an `access` has to follow, if with the same ones.
   */
  | { readonly type: 'tunnels-refused'; readonly forbidden: string | undefined }
  /** `cut`: exchanges and tunnels that the drain timeout ended. */
  | { readonly type: 'drained'; readonly cut: number };

/**
 * A worker reports in parts, each some hundred microseconds of work for either thread, one whenever it is asked: neither
 * requests nor route changes wait for longer, however many routes there are.
 */
export type ReportPart =
  | { readonly kind: 'figures'; readonly figures: WorkerFigures }
  | { readonly kind: 'series'; readonly series: PackedCounts }
  | { readonly kind: 'pods'; readonly pods: PackedPods }
  | { readonly kind: 'keys'; readonly keys: readonly KeyCounts[] }
  | { readonly kind: 'endpoints'; readonly endpoints: readonly EndpointReport[] }
  | { readonly kind: 'end' };
