import type { FailureReason } from '../../boundary/reasons.ts';
import { bodyRateOf } from './awaited-body.ts';
import type { Exchange } from './exchange.ts';

/**
 * When whoever has to move next must have moved, on the worker's clock, now that something has. Waiting for the response
 * head, nothing that moves counts.
 */
export function deadlineOf(exchange: Exchange, requestDoneAt: number): number {
  const { downstream, attempt, body } = exchange;
  const { clock, settings } = downstream.plane;
  if (attempt?.relay !== undefined)
    return clock.now + (attempt.relay.blocked ? settings.clientIdleTimeout : settings.upstreamIdleTimeout);
  if (body === undefined || body.done)
    return Math.max(requestDoneAt, attempt?.openedAt ?? 0) + settings.responseHeadTimeout;
  if (body.blocked) {
    body.rate?.rests(clock.now);
    return clock.now + settings.upstreamIdleTimeout;
  }
  if (body.rate === undefined) body.rate = bodyRateOf(exchange.head, settings);
  const wait = body.rate?.waits(clock.now, body.bytes) ?? settings.clientIdleTimeout;
  return clock.now + Math.min(wait, settings.clientIdleTimeout);
}

/** What it means that this deadline has come; undefined: nobody is late, the client reads slowly, but it reads. */
export function whoIsLate(exchange: Exchange): FailureReason | undefined {
  const { downstream, attempt, body } = exchange;
  if (attempt?.connected === false) return 'connect-timeout';
  const relay = attempt?.relay;
  if (relay !== undefined) {
    if (!relay.blocked) return 'upstream-stalled';
    return downstream.outbox.moving ? undefined : 'client-stalled';
  }
  if (attempt !== undefined && exchange.requestDone) return 'response-timeout';
  if (body?.blocked === true) return 'upstream-stalled';
  return body?.rate?.spent(downstream.plane.clock.now) === true ? 'body-too-slow' : 'request-timeout';
}
