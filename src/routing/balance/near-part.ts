import { eligible } from '../ejection.ts';
import type { Lane } from './lane.ts';
import { DEFAULT_WEIGHT } from './weights-at.ts';

/** The bit of podway's own zone in `Lane.zones`. */
export const NEAR = 1;

/**
 * The part of the requests, from 0 to 1, that stays in podway's zone at `now` (milliseconds, monotonic): the weight of
 * the pods in this zone, divided by the average weight of a zone. So all requests stay if the zones are alike, and
 * otherwise only the excess goes to other zones. Ejected pods do not count. Pods whose zone is not known add to the
 * total weight, but not to the number of zones.
 */
export function nearPart({ endpoints, weights, zones = [] }: Lane, now: number): number {
  let near = 0;
  let total = 0;
  let seen = 0;
  for (const [at, { health }] of endpoints.entries()) {
    if (!eligible(health, now)) continue;
    const weight = weights?.[at] ?? DEFAULT_WEIGHT;
    const zone = zones[at] ?? 0;
    total += weight;
    seen |= zone;
    if (zone === NEAR) near += weight;
  }
  return total === 0 ? 1 : Math.min(1, (near * bits(seen)) / total);
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
