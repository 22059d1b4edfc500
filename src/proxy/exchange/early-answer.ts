import type { Reason } from '../../boundary/reasons.ts';
import type { OwnVerdict } from './ends.ts';

/** An answer that podway gives before it decides about a request. */
export interface EarlyAnswer extends OwnVerdict {
  readonly reason: Reason;
}
