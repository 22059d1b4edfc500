import { compareEndpoints } from '../../wiring/order.ts';
import { eligible } from '../ejection.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Cursor } from './balance.ts';

/** Strict rotation, see `Balance`: the first one from the cursor on. */
export function roundRobin(
  cursor: Cursor,
  candidates: readonly Endpoint[],
  now: number,
  tried: readonly Endpoint[],
): number {
  const count = candidates.length;
  const { next, turn } = cursor;
  const first = candidates[next] === turn ? next : placeOf(turn, candidates);
  let ejected = -1;
  for (let step = 0; step < count; step++) {
    const at = (first + step) % count;
    const endpoint = candidates[at];
    if (endpoint === undefined || endpoint.health.gone || tried.includes(endpoint)) continue;
    if (eligible(endpoint.health, now)) return at;
    if (ejected < 0) ejected = at;
  }
  return ejected;
}

/**
 * Where the rotation goes on after the candidates changed: at the endpoint whose turn it was; if that one left, at the
 * first after it, in the order in which they all stand.
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
