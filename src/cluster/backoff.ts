/** Milliseconds. The first retry comes fast (a cut connection is routine), later ones must not hammer. */
const FIRST = 200;
const LONGEST = 30_000;
/** A server may ask for more, but not for so long that the table goes stale unnoticed. */
const LONGEST_ASKED = 60_000;

/**
 * How long to wait before the next attempt.
 *
 * Doubles from 200 ms to 30 s with the upper half random, so that replicas which lost one server do not return
 * together. `retryAfter` (milliseconds, what the server asked for) is a lower bound, up to a minute.
 *
 * @param failures failed attempts in a row, at least 1
 * @param random uniform in [0, 1)
 */
export function backoffDelay(failures: number, random: number, retryAfter = 0): number {
  const ceiling = Math.min(LONGEST, FIRST * 2 ** (failures - 1));
  return Math.max(ceiling * (0.5 + random / 2), Math.min(retryAfter, LONGEST_ASKED) * (1 + random / 10));
}
