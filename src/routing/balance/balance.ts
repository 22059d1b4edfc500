import type { Endpoint } from '../endpoint.ts';
import type { Lane } from './lane.ts';
import type { Cursor } from './standing.ts';

/**
 * A balancing policy. Returns the place of the lane's endpoint for the next try at `now` (milliseconds, monotonic); -1:
 * no endpoint is left. It chooses among the endpoints that are neither gone nor in `tried`, and excludes ejected ones
 * as `sparesNone` determines. It changes no state: `pick` does that.
 */
export type Balance = (cursor: Cursor, lane: Lane, now: number, tried: readonly Endpoint[]) => number;
