import type { LoopTurn } from '../../bytes/loop-turn.ts';
import type { WorkerSettings } from '../../../boundary/settings.ts';
import type { UpstreamPools } from './upstream-pools.ts';

/** What the requests to pods of one worker share. */
export interface PodNeeds {
  readonly pools: UpstreamPools;
  readonly turn: LoopTurn;
  readonly settings: Pick<WorkerSettings, 'maxInterimResponses' | 'podAccess'>;
}
