import { eligible, isMostlyEjected } from '../ejection.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Lane } from './lane.ts';

/** True when a try may go there, regardless of ejection. */
export function isUntried(endpoint: Endpoint, tried: readonly Endpoint[]): boolean {
  return !endpoint.health.gone && !tried.includes(endpoint);
}

/**
 * True when ejected endpoints are not excluded: all endpoints that are left are ejected, or more than half of all
 * candidates are. The few others could not carry the whole load, and where so many fail, the fault is probably not in
 * the pods.
 */
export function ignoresEjections(
  { endpoints, whole }: Lane,
  now: number,
  tried: readonly Endpoint[],
): boolean {
  if (isMostlyEjected(whole, now)) return true;
  return !endpoints.some((it) => isUntried(it, tried) && eligible(it.health, now));
}
