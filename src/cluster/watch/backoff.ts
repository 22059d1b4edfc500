import type { ProblemReason } from '../source.ts';

/** Milliseconds. The first retry follows quickly (a broken connection is routine), later ones must not load the server. */
const FIRST = 200;
const LONGEST = 30_000;
/** A server may ask for a longer pause, but not for one during which the table becomes stale unnoticed. */
const LONGEST_REQUESTED = 60_000;

/**
 * Milliseconds, where it is shorter. How long routing stays stale after an outage is up to the wait under way when the
 * server is back. An attempt without an answer costs the server nothing, one with old credentials next to nothing,
 * and the answer of a proxy in front of a server that is away (502, 503) is no work of the API server either.
 */
const LONGEST_BY_REASON: Partial<Record<ProblemReason, number>> = {
  unreachable: 3_000,
  silent: 3_000,
  unauthorized: 3_000,
  anonymous: 3_000,
  'not-ready': 3_000,
  'server-error': 10_000,
};

/**
 * How long to wait before the next attempt.
 *
 * Doubles from 200 ms to `longest` with the upper half random, so that replicas which lost one server do not return
 * together. `retryAfter` (milliseconds, what the server asked for) is a lower bound, up to a minute.
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
  const longest = (reason && LONGEST_BY_REASON[reason]) ?? LONGEST;
  const ceiling = Math.min(longest, FIRST * 2 ** (failures - 1));
  return Math.max(ceiling * (0.5 + random / 2), Math.min(retryAfter, LONGEST_REQUESTED) * (1 + random / 10));
}
