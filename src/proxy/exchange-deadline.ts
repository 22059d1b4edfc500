import type { Attempt } from './attempt.ts';
import type { Exchange } from './exchange.ts';

/**
 * When whoever has to move next must have moved, on the worker's clock, now that something has. Waiting for the response
 * head, nothing that moves counts.
 */
export function deadlineOf({ downstream, body }: Exchange, attempt: Attempt, requestDoneAt: number): number {
  const { clock, settings } = downstream.plane;
  const { timeouts } = settings;
  if (attempt.relay !== undefined)
    return clock.now + (attempt.relay.blocked ? timeouts.downstreamIdle : timeouts.upstreamIdle);
  if (body === undefined || body.done)
    return Math.max(requestDoneAt, attempt.openedAt) + timeouts.responseHead;
  return clock.now + (body.blocked ? timeouts.upstreamIdle : timeouts.downstreamIdle);
}
