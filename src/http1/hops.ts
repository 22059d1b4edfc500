import { listHas } from './field-value.ts';

/** The most hops through podway on the way of one request; chains that somebody means to have are short. */
const MOST_HOPS = 8;

/**
 * The request has been here before: `received` (all lines of X-Podway-Hops) names this hop, or so many that it goes round in a
 * loop too wide to close. A hop is `<instance>/<route>`: the same podway may be passed again on the way to another route, as
 * when a gateway behind it calls it for another host, but nobody comes to one route of one instance twice except in a loop.
 */
export function goesRound(received: string, hop: string): boolean {
  return isLong(received) || listHas(received, 0, received.length, hop);
}

/** A stranger's list may fill a whole head: no further is it looked at than it may be long. */
function isLong(hops: string): boolean {
  let items = 1;
  for (let comma = hops.indexOf(','); comma >= 0; comma = hops.indexOf(',', comma + 1)) {
    items += 1;
    if (items >= MOST_HOPS) return true;
  }
  return false;
}
