import type { Reason } from '../../boundary/reasons.ts';
import type { OwnVerdict } from './ends.ts';

/** What is answered before a request is looked at. */
export interface EarlyAnswer extends OwnVerdict {
  readonly reason: Reason;
}
