import type { HeadLimits } from '../../../http1/limits.ts';
import type { WorkerCounts } from '../../counts/worker-counts.ts';
import type { CoarseClock } from '../../load/coarse-clock.ts';
import type { PodSessions } from './pod-sessions.ts';

/** What all HTTP/2 requests of one worker to pods share. */
export interface StreamNeeds {
  readonly sessions: PodSessions;
  readonly clock: CoarseClock;
  readonly counts: WorkerCounts;
  readonly responseLimits: HeadLimits;
  readonly settings: { readonly maxInterimResponses: number };
}
