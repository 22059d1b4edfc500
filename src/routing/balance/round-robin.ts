import { eligible } from '../ejection.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Balance } from './balance.ts';
import { cursorPlace } from './cursor-place.ts';
import type { Lane } from './lane.ts';
import { isUntried, ignoresEjections } from './ignores-ejections.ts';
import { type Cursor, RotationState } from './standing.ts';
import { weightsAt } from './weights-at.ts';

/**
 * Round robin: the first available endpoint from the cursor on. If weights differ, the endpoint that is due first: a
 * pod with a tenth of the weight of another one gets every eleventh turn, instead of all its turns in a row.
 */
export const roundRobin: Balance = (cursor, lane, now, tried) => {
  if (lane.remembers && weightsAt(lane, now) !== undefined) return firstDue(cursor, lane, now, tried);
  const { endpoints } = lane;
  const count = endpoints.length;
  const first = cursorPlace(cursor, endpoints);
  let spared: boolean | undefined;
  for (let step = 0; step < count; step++) {
    const at = (first + step) % count;
    const endpoint = endpoints[at];
    if (endpoint === undefined || !isUntried(endpoint, tried)) continue;
    if (eligible(endpoint.health, now)) return at;
    spared ??= ignoresEjections(lane, now, tried);
    if (spared) return at;
  }
  return -1;
};

function firstDue(cursor: Cursor, lane: Lane, now: number, tried: readonly Endpoint[]): number {
  const { endpoints } = lane;
  const standing = cursor.rotationState ?? new RotationState(lane.seed);
  const due = standing.dueOf(lane);
  const all = ignoresEjections(lane, now, tried);
  const count = endpoints.length;
  const first = cursorPlace(cursor, endpoints);
  let chosen = -1;
  let earliest = Number.POSITIVE_INFINITY;
  for (let step = 0; step < count; step++) {
    const at = (first + step) % count;
    const endpoint = endpoints[at] as Endpoint;
    if (!isUntried(endpoint, tried) || !(all || eligible(endpoint.health, now))) continue;
    // An endpoint that was unavailable does not catch up on the turns that it missed.
    const moment = Math.max(due[at] as number, standing.time);
    if (moment >= earliest) continue;
    earliest = moment;
    chosen = at;
  }
  return chosen;
}
