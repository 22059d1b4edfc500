import type { Endpoint } from '../endpoint.ts';

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

/** Whose turn it is. */
export interface Cursor {
  /** Place of the candidate whose turn it is, if that is still `turn`. */
  readonly next: number;
  /** Undefined before the first turn. */
  readonly turn: Endpoint | undefined;
}
