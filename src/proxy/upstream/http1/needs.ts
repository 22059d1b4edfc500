import type { LoopTurn } from '../../bytes/loop-turn.ts';
import type { WorkerSettings } from '../../../boundary/settings.ts';
import type { UpstreamPools } from './upstream-pools.ts';
import type { WaitingTries } from './waiting-tries.ts';

/** What the requests to pods of one worker share. */
export interface PodNeeds {
  readonly pools: UpstreamPools;
  readonly turn: LoopTurn;
  /** Those that may do with a connection of another request; undefined where connections are opened at once. */
  readonly waiting: WaitingTries | undefined;
  readonly settings: Pick<WorkerSettings, 'maxInterimResponses' | 'podAccess'>;
}
