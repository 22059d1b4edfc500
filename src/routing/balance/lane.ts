import type { Endpoint } from '../endpoint.ts';

/** Candidates among whom one is picked. */
export interface Lane {
  readonly endpoints: readonly Endpoint[];
  /** All candidates of the grant: what share of them is ejected counts for each of its lanes. */
  readonly whole: readonly Endpoint[];
  /** In the order of the endpoints; undefined: all weigh the same. */
  readonly weights: readonly number[] | undefined;
  /** Undefined: nobody has a slow start. */
  readonly ramps: Ramps | undefined;
  /** More than an order has to be remembered from one turn to the next. */
  readonly remembers: boolean;
  /** Where random choices begin. */
  readonly seed: number;
}

/** Slow starts of the endpoints of a lane. */
export interface Ramps {
  /** Milliseconds, in the order of the endpoints; 0: none. */
  readonly windows: readonly number[];
  /** When the last one ends, in milliseconds of the worker's clock. */
  readonly until: number;
}
