import { equals, itemEnd, skipSpace, trimSpace } from './field-value.ts';

/** The most hops through podway on the way of one request; intended chains are short. */
const MOST_HOPS = 8;
/** A request may come to one route of one instance so often: a pod may ask its own host for another path. */
const MOST_VISITS = 2;

/**
 * The request goes round in a loop: `received` (all lines of X-Podway-Hops) names this hop MOST_VISITS times, or so many hops
 * that the loop is too wide to close. A hop is `<instance>/<route>`: the same podway may be passed again on the way to another
 * route, as when a gateway behind it calls it for another host. No more of a list is looked at than it may be long.
 */
export function goesRound(received: string, hop: string): boolean {
  const end = received.length;
  let hops = 0;
  let visits = 0;
  for (let item = 0; item <= end; ) {
    const comma = itemEnd(received, item, end);
    const from = skipSpace(received, item, comma);
    if (equals(received, from, trimSpace(received, from, comma), hop)) visits += 1;
    hops += 1;
    if (hops >= MOST_HOPS || visits >= MOST_VISITS) return true;
    item = comma + 1;
  }
  return false;
}
