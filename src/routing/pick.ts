import { laneInTurn } from './balance/lane-in-turn.ts';
import { type Cursor, RotationState, MutableCursor } from './balance/standing.ts';
import { claimProbe } from './ejection.ts';
import type { Endpoint } from './endpoint.ts';
import type { Grant } from './grant.ts';

const NO_ENDPOINTS: readonly Endpoint[] = [];

/**
 * The endpoint of the next try at `now` (milliseconds, monotonic), except those in `tried`. Shares, zones and the
 * policy of the route choose it, and the turn passes to the candidate after it. If it was ejected and the time is over,
 * this try is the probe. Undefined when no endpoint is left to try (503, or the last failure).
 */
export function pick(
  grant: Grant,
  now: number,
  tried: readonly Endpoint[] = NO_ENDPOINTS,
): Endpoint | undefined {
  const { options } = grant.rotation;
  let { lane } = grant.rotation;
  let cursor: MutableCursor = grant;
  while (lane.split !== undefined) {
    const { split, seed } = lane;
    cursor.rotationState ??= new RotationState(seed);
    const { rotationState } = cursor;
    const at = laneInTurn({ lane, split, position: rotationState.position }, now, tried);
    if (at < 0) return undefined;
    rotationState.passed();
    cursor = rotationState.cursorOf(split.keys[at] as string);
    lane = split.lanes[at] as typeof lane;
  }
  const { endpoints } = lane;
  const at = options.balance(cursor, lane, now, tried);
  const endpoint = endpoints[at];
  if (endpoint === undefined) return undefined;
  claimProbe(endpoint.health, now);
  cursor.next = (at + 1) % endpoints.length;
  cursor.turn = endpoints[cursor.next];
  if (lane.remembers) {
    cursor.rotationState ??= new RotationState(lane.seed);
    cursor.rotationState.took(lane, at, now);
  }
  return endpoint;
}

const FRESH: Cursor = new MutableCursor();

/** What `pick` would return. Changes no state. */
export function peek(grant: Grant, now: number): Endpoint | undefined {
  const { options } = grant.rotation;
  let { lane } = grant.rotation;
  let cursor: Cursor = grant;
  while (lane.split !== undefined) {
    const { split, seed } = lane;
    const standing: RotationState = cursor.rotationState ?? new RotationState(seed);
    const at = laneInTurn({ lane, split, position: standing.position }, now, NO_ENDPOINTS);
    if (at < 0) return undefined;
    cursor = standing.peekCursorOf(split.keys[at] as string) ?? FRESH;
    lane = split.lanes[at] as typeof lane;
  }
  return lane.endpoints[options.balance(cursor, lane, now, NO_ENDPOINTS)];
}
