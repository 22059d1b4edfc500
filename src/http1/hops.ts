import { equals, itemEnd, skipSpace, trimSpace } from './field-value.ts';

/** Maximum number of hops through podway on the way of one request. Intended chains are short. */
const MAX_HOPS = 8;
/**
 * Maximum number of times that a request may come to one route of one instance: a pod may call its own host with
 * another path.
 */
const MAX_VISITS = 2;

/**
 * True when the request is in a loop: `received` (all lines of X-Podway-Hops) names this hop MAX_VISITS times, or has
 * MAX_HOPS items. A hop is `<instance>/<route>`: a request may pass the same podway again on the way to another route,
 * for example when a gateway behind podway calls another host through it. The function reads at most MAX_HOPS items.
 */
export function isLoop(received: string, hop: string): boolean {
  const end = received.length;
  let hops = 0;
  let visits = 0;
  for (let item = 0; item <= end; ) {
    const comma = itemEnd(received, item, end);
    const from = skipSpace(received, item, comma);
    if (equals(received, from, trimSpace(received, from, comma), hop)) visits += 1;
    hops += 1;
    if (hops >= MAX_HOPS || visits >= MAX_VISITS) return true;
    item = comma + 1;
  }
  return false;
}
