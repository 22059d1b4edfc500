import type { FailureReason } from '../../boundary/reasons.ts';
import type { ResponseRule } from '../../boundary/response-rules.ts';
import { type WaitState, timeoutReason } from './deadlines.ts';
import type { Downstream, UpstreamRequest } from './ends.ts';

/** An exchange whose deadline has come. */
interface Late extends WaitState {
  deadline: number;
  readonly downstream: Downstream;
  readonly request: UpstreamRequest | undefined;
  fail(reason: FailureReason): void;
  failed(reason: FailureReason, detail: ResponseRule | ''): void;
}

/** Gives the client more time if it reads slowly, or tries another pod, or ends the exchange. */
export function expire(it: Late, now: number): void {
  const { sendQueue } = it.downstream;
  const idle = it.request?.endpoint.options.clientIdleTimeout ?? 0;
  const reason = timeoutReason(it, now);
  it.deadline = Number.POSITIVE_INFINITY;
  // The client reads slowly, but it reads.
  if (reason === 'client-stalled' && sendQueue.isMoving(idle)) it.deadline = sendQueue.idleDeadline(idle);
  else if (reason !== 'connect-timeout') it.fail(reason);
  else if (it.request?.dialOther(reason) !== true) it.failed(reason, '');
}
