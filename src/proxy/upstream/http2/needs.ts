import type { Http2ResponseReader } from '../../../http2/response-reader.ts';
import type { WorkerCounts } from '../../counts/worker-counts.ts';
import type { CoarseClock } from '../../load/coarse-clock.ts';
import type { PodSessions } from './pod-sessions.ts';

/** What all HTTP/2 requests of one worker to pods share. */
export interface StreamNeeds {
  readonly sessions: PodSessions;
  readonly clock: CoarseClock;
  readonly counts: WorkerCounts;
  /** Counts bytes of responses that wait for slow clients. */
  readonly budget: { used: number };
  /** A head is read in one call, so all streams can share a reader. */
  readonly responses: Http2ResponseReader;
  readonly settings: { readonly maxInterimResponses: number };
}
