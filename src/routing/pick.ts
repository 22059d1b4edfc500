import { claim } from './ejection.ts';
import type { Endpoint } from './endpoint.ts';
import type { Grant } from './grant.ts';
import { Standing } from './balance/standing.ts';

const NONE: readonly Endpoint[] = [];

/**
 * The endpoint of the next try at `now` (milliseconds, monotonic), none of `tried`, as the route's policy chooses; the turn
 * passes to the candidate after it, and of an ejected endpoint whose time out is over this try is the probe. Undefined
 * when nothing is left to try (503, or the last failure).
 */
export function pick(grant: Grant, now: number, tried: readonly Endpoint[] = NONE): Endpoint | undefined {
  const { lane, options } = grant.rotation;
  const at = options.balance(grant, lane, now, tried);
  const endpoint = lane.endpoints[at];
  if (endpoint === undefined) return undefined;
  claim(endpoint.health, now);
  grant.next = (at + 1) % lane.endpoints.length;
  grant.turn = lane.endpoints[grant.next];
  if (lane.remembers) {
    grant.standing ??= new Standing(lane.seed);
    grant.standing.took(lane, at, now);
  }
  return endpoint;
}

/** What `pick` would return; nothing changes. */
export function peek(grant: Grant, now: number): Endpoint | undefined {
  const { lane, options } = grant.rotation;
  return lane.endpoints[options.balance(grant, lane, now, NONE)];
}
