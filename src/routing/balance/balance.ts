import type { Endpoint } from '../endpoint.ts';
import type { Lane } from './lane.ts';
import type { Cursor } from './standing.ts';

/**
 * A policy of balancing: says which of a lane's endpoints the next try at `now` (milliseconds, monotonic) goes to, by its
 * place; -1: none is left. It chooses among those that are neither gone nor in `tried`; ejected ones are excluded as
 * `sparesNone` says. It changes nothing; `pick` does what choosing entails.
 */
export type Balance = (cursor: Cursor, lane: Lane, now: number, tried: readonly Endpoint[]) => number;
