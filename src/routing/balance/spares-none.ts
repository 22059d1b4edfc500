import { eligible, mostEjected } from '../ejection.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Lane } from './lane.ts';

/** A try may go there, unless it is ejected. */
export function isLeft(endpoint: Endpoint, tried: readonly Endpoint[]): boolean {
  return !endpoint.health.gone && !tried.includes(endpoint);
}

/**
 * Ejected endpoints count as if they were not: all that are left are ejected, or more than half of all candidates. The few
 * that are not could not bear the load of all, and where so many fail it is likely not they that are ill.
 */
export function sparesNone({ endpoints, whole }: Lane, now: number, tried: readonly Endpoint[]): boolean {
  if (mostEjected(whole, now)) return true;
  return !endpoints.some((it) => isLeft(it, tried) && eligible(it.health, now));
}
