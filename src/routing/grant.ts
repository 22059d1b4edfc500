import type { RouteOptions } from '../boundary/route-options.ts';
import type { Endpoint } from './endpoint.ts';
import type { Rotation } from './rotation.ts';

/**
 * A policy of balancing: says which of a grant's candidates the next try at `now` (milliseconds, monotonic) goes to, by its
 * place; -1: none is left. It chooses among those that are neither gone nor in `tried`, and an ejected one only when all of
 * these are ejected. It changes nothing; `pick` does what choosing entails.
 */
export type Balance = (
  cursor: Cursor,
  candidates: readonly Endpoint[],
  now: number,
  tried: readonly Endpoint[],
) => number;

/** A cursor: whose turn it is. */
export type Cursor = Pick<Grant, 'next' | 'turn'>;

/** A route's options at a worker, with the policy itself: no request looks it up by its name. */
export interface LiveRouteOptions extends Omit<RouteOptions, 'balance'> {
  readonly balance: Balance;
}

/** Where an authorised exchange may go. No candidates: the pods are there but none is ready (503). */
export class Grant {
  readonly rotation: Rotation;
  readonly options: LiveRouteOptions;
  /** The cursor: place of the candidate whose turn it is, if that is still `turn`. */
  next = 0;
  /** Whose turn it is; undefined before the first one. */
  turn: Endpoint | undefined = undefined;

  constructor(rotation: Rotation, options: LiveRouteOptions) {
    this.rotation = rotation;
    this.options = options;
  }

  get candidates(): readonly Endpoint[] {
    return this.rotation.candidates;
  }
}
