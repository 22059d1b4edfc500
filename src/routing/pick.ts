import { claim } from './ejection.ts';
import type { Endpoint } from './endpoint.ts';
import type { Grant } from './grant.ts';

const NONE: readonly Endpoint[] = [];

/**
 * The endpoint of the next try at `now` (milliseconds, monotonic), none of `tried`, as the route's policy chooses; the turn
 * passes to the candidate after it, and of an ejected endpoint whose time out is over this try is the probe. Undefined
 * when nothing is left to try (503, or the last failure).
 */
export function pick(grant: Grant, now: number, tried: readonly Endpoint[] = NONE): Endpoint | undefined {
  const { candidates } = grant;
  const at = grant.options.balance(grant, candidates, now, tried);
  const endpoint = candidates[at];
  if (endpoint === undefined) return undefined;
  claim(endpoint.health, now);
  grant.next = (at + 1) % candidates.length;
  grant.turn = candidates[grant.next];
  return endpoint;
}
