import type { EndpointReport, KeyCounts, WorkerFigures } from './figures.ts';
import type { IncidentReport } from './incident-report.ts';
import type { PackedPods } from './packed-pods.ts';
import type { Question, Reply } from './questions.ts';
import type { RouteDelta } from './delta.ts';
import type { PackedCounts } from './packed-counts.ts';
import type { WorkerSettings } from './settings.ts';
import type { SpanBatch } from './span-record.ts';
import type { StreamAccess } from './stream-access.ts';

/** What the main thread gives to a new worker thread. */
export interface WorkerData {
  readonly worker: number;
  readonly settings: WorkerSettings;
  /** Request rates of clients, shared by all workers. */
  readonly rates: SharedArrayBuffer;
}

/** Main thread to worker. */
export type ToWorker =
  /** `more`: further parts of the same change follow; none takes effect before the last part. */
  | { readonly type: 'delta'; readonly delta: RouteDelta; readonly more: boolean }
  /** Credentials for tunnels to pods from now on; undefined if there are none now. Contains secrets. */
  | { readonly type: 'access'; readonly access: StreamAccess | undefined }
  /**
   * Report the figures. They are not part of the report: the main thread also gets them from a worker that is too busy
   * to send a whole report in time.
   */
  | { readonly type: 'figures' }
  /** Send the next part of the report; after the last part a new report begins. */
  | { readonly type: 'report' }
  /** Reply to the question of an operator, under this number. */
  | { readonly type: 'question'; readonly id: number; readonly question: Question }
  /** Encrypt and decrypt TLS session tickets with this key from now on. The key has Node's format. */
  | { readonly type: 'ticket-key'; readonly key: Uint8Array }
  /** Verify certificates of clients with these authorities from now on, as PEM. */
  | { readonly type: 'client-ca'; readonly pem: string }
  /** The process will end: keep serving, but fail health checks. */
  | { readonly type: 'leave' }
  /** Stop accepting, complete what is in progress, end the rest after `timeout` milliseconds, then send `drained`. */
  | { readonly type: 'drain'; readonly timeout: number };

/** Worker to main thread. */
export type FromWorker =
  /** `tlsPort` is undefined if clients cannot connect with TLS. */
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
      /** The port that podway cannot use; undefined if Node does not report it. */
      readonly port?: number | undefined;
    }
  /** The worker has taken in a part of a change; the next part may follow. */
  | { readonly type: 'staged' }
  /** The table of this revision is live in this worker. */
  | { readonly type: 'applied'; readonly revision: number }
  | { readonly type: 'report'; readonly part: ReportPart }
  | { readonly type: 'incidents'; readonly report: IncidentReport }
  | { readonly type: 'spans'; readonly batch: SpanBatch }
  | { readonly type: 'reply'; readonly id: number; readonly reply: Reply }
  /**
   * The API server refuses tunnels. `forbidden`: one printable line that names the permission to grant; undefined if
   * the server does not accept the credentials. Then the main thread must send an `access`, even with the same
   * credentials.
   */
  | { readonly type: 'tunnels-refused'; readonly forbidden: string | undefined }
  /** `cut`: number of exchanges and tunnels that the drain timeout ended. */
  | { readonly type: 'drained'; readonly cut: number };

/**
 * A worker sends its report in parts, one for each request of the main thread. A part takes either thread some hundred
 * microseconds, so neither requests nor route changes wait longer, regardless of the number of routes.
 */
export type ReportPart =
  | { readonly kind: 'figures'; readonly figures: WorkerFigures }
  | { readonly kind: 'series'; readonly series: PackedCounts }
  | { readonly kind: 'pods'; readonly pods: PackedPods }
  | { readonly kind: 'keys'; readonly keys: readonly KeyCounts[] }
  | { readonly kind: 'endpoints'; readonly endpoints: readonly EndpointReport[] }
  | { readonly kind: 'end' };
