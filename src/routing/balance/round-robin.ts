import type { Endpoint } from '../endpoint.ts';
import { claim, eligible } from '../ejection.ts';
import { compareEndpoints } from '../../wiring/order.ts';
import type { Grant } from '../grant.ts';

/** Strict rotation: everyone has a turn before anyone has a second one. */
export function roundRobin(grant: Grant, now: number, tried: readonly Endpoint[]): Endpoint | undefined {
  const { candidates } = grant;
  const count = candidates.length;
  const first = candidates[grant.next] === grant.turn ? grant.next : placeOf(grant.turn, candidates);
  let fallback = -1;
  for (let step = 0; step < count; step++) {
    const at = (first + step) % count;
    const endpoint = candidates[at];
    if (endpoint === undefined || endpoint.health.gone || tried.includes(endpoint)) continue;
    if (eligible(endpoint.health, now)) {
      claim(endpoint.health, now);
      pass(grant, candidates, at);
      return endpoint;
    }
    if (fallback < 0) fallback = at;
  }
  if (fallback < 0) return undefined;
  pass(grant, candidates, fallback);
  return candidates[fallback];
}

/** The turn passes to the candidate after the one at `at`. */
function pass(grant: Grant, candidates: readonly Endpoint[], at: number): void {
  grant.next = (at + 1) % candidates.length;
  grant.turn = candidates[grant.next];
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
