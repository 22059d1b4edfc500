import { eligible } from '../ejection.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Lane, Split } from './lane.ts';
import { nearPart } from './near-part.ts';
import { isUntried } from './ignores-ejections.ts';

/** A lane and its split. */
interface Choice {
  readonly lane: Lane;
  readonly split: Split;
  /** From 0 to 1; determines the choice. */
  readonly position: number;
}

/**
 * The place of the lane that gets the turn at `now` (milliseconds, monotonic); -1: no lane has an endpoint left. A lane
 * without an endpoint that is left and not ejected gives its part to the others. If no lane has such an endpoint,
 * ejected ones count, too.
 */
export function laneInTurn(
  { lane, split, position }: Choice,
  now: number,
  tried: readonly Endpoint[],
): number {
  const { lanes, parts } = split;
  const near = parts === undefined ? nearPart(lane, now) : 0;
  const partOf = (at: number) => parts?.[at] ?? (at === 0 ? near : 1 - near);
  let open = lanes.map(({ endpoints }) =>
    count(endpoints, (it) => isUntried(it, tried) && eligible(it.health, now)),
  );
  if (open.every((it) => it === 0))
    open = lanes.map(({ endpoints }) => count(endpoints, (it) => isUntried(it, tried)));
  const due = open.map((it, at) => (it === 0 ? 0 : partOf(at)));
  // If only lanes without a part are left, their numbers of endpoints decide.
  const odds = due.some((it) => it > 0) ? due : open;
  const total = odds.reduce((sum, it) => sum + it, 0);
  let rest = position * total;
  let last = -1;
  for (const [at, it] of odds.entries()) {
    if (it === 0) continue;
    last = at;
    if (rest < it) return at;
    rest -= it;
  }
  return last;
}

function count(endpoints: readonly Endpoint[], counts: (endpoint: Endpoint) => boolean): number {
  let sum = 0;
  for (const it of endpoints) if (counts(it)) sum += 1;
  return sum;
}
