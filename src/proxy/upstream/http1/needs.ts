import type { LoopTurn } from '../../bytes/loop-turn.ts';
import type { WorkerSettings } from '../../../boundary/settings.ts';
import type { UpstreamPools } from './upstream-pools.ts';
import type { WaitingTries } from './waiting-tries.ts';

/** What the requests to pods of one worker share. */
export interface PodNeeds {
  readonly pools: UpstreamPools;
  readonly turn: LoopTurn;
  /** Tries that can use the connection of another request instead; undefined if connections open at once. */
  readonly waiting: WaitingTries | undefined;
  readonly settings: Pick<WorkerSettings, 'maxInterimResponses' | 'podAccess'>;
}
