import { compareEndpoints } from '../../wiring/order.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Cursor } from './standing.ts';

/** The place of the endpoint whose turn it is. */
export function cursorPlace({ next, turn }: Cursor, endpoints: readonly Endpoint[]): number {
  return endpoints[next] === turn ? next : placeOf(turn, endpoints);
}

/**
 * Where the rotation continues after the candidates changed: at the endpoint whose turn it was or, if it left, at the
 * first one after it in the order of all endpoints.
 */
function placeOf(turn: Endpoint | undefined, candidates: readonly Endpoint[]): number {
  if (turn === undefined) return 0;
  let low = 0;
  let high = candidates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareEndpoints(candidates[middle] as Endpoint, turn) < 0) low = middle + 1;
    else high = middle;
  }
  return low === candidates.length ? 0 : low;
}
