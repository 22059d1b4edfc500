import type { Reason } from '../../boundary/reasons.ts';
import { type Answered, routeFields } from './edit-response.ts';
import type { Downstream, OwnVerdict } from './ends.ts';
import { type RequestIds, requestIdOf } from './request-id.ts';

/** An exchange that podway answers itself. */
interface Instead extends Answered {
  readonly downstream: Downstream;
  requestId: string;
  /** Size of the answer's body, in bytes. */
  ownBytes: number;
}

/** Writes podway's own answer to the client. */
export function answerInstead(it: Instead, ids: RequestIds, reason: Reason, verdict: OwnVerdict): void {
  it.requestId ||= requestIdOf(it.head, it.downstream.peer, ids);
  const answer = { ...verdict, reason, requestId: it.requestId, routeFields: routeFields(it) };
  it.ownBytes = it.downstream.answer(answer, verdict.close);
}
