import type { ProblemReason } from '../source.ts';

/**
 * Milliseconds. The first retry follows soon, because broken connections are common; later ones must not load the
 * server.
 */
const FIRST_DELAY = 200;
const MAX_DELAY = 30_000;
/** A server may ask for a longer pause, but not for one in which the table becomes stale unnoticed. */
const MAX_RETRY_AFTER = 60_000;

/**
 * Shorter maximum pauses, in milliseconds. After an outage, routing stays stale until the wait in progress ends. An
 * attempt without an answer costs the server nothing, one with old credentials very little, and the answer of a proxy
 * in front of a server that is away (502, 503) costs the API server nothing either.
 */
const MAX_DELAY_BY_REASON: Partial<Record<ProblemReason, number>> = {
  unreachable: 3_000,
  silent: 3_000,
  unauthorized: 3_000,
  anonymous: 3_000,
  'not-ready': 3_000,
  'server-error': 10_000,
};

/**
 * Milliseconds to wait before the next attempt.
 *
 * Doubles from 200 ms to `longest`; the upper half is random, so that replicas that lost the same server do not return
 * together. `retryAfter` (the milliseconds that the server asked for) is a lower bound, up to a minute.
 *
 * @param failures failed attempts in a row, at least 1
 * @param random uniform in [0, 1)
 */
export function backoffDelay(
  failures: number,
  random: number,
  {
    retryAfter = 0,
    reason,
  }: { readonly retryAfter?: number | undefined; readonly reason?: ProblemReason } = {},
): number {
  const longest = (reason && MAX_DELAY_BY_REASON[reason]) ?? MAX_DELAY;
  const ceiling = Math.min(longest, FIRST_DELAY * 2 ** (failures - 1));
  return Math.max(ceiling * (0.5 + random / 2), Math.min(retryAfter, MAX_RETRY_AFTER) * (1 + random / 10));
}
