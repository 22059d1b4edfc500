import type { Endpoint } from '../endpoint.ts';

/** Candidates among whom one is picked. */
export interface Lane {
  readonly endpoints: readonly Endpoint[];
  /** All candidates of the grant: what share of them is ejected counts for each of its lanes. */
  readonly whole: readonly Endpoint[];
  /** In the order of the endpoints; undefined: all weigh the same. */
  readonly weights: readonly number[] | undefined;
  /** Undefined: no endpoint has a slow start. */
  readonly ramps: Ramps | undefined;
  /** Undefined: one of the endpoints is picked, without a choice before. */
  readonly split: Split | undefined;
  /** More than an order has to be remembered from one turn to the next. */
  readonly remembers: boolean;
  /** Where random choices begin. */
  readonly seed: number;
  /** Bits of the zones that the endpoints are in, in their order; 0: not known. Undefined: they do not count. */
  readonly zones: readonly number[] | undefined;
}

/** Lanes of which one is chosen first, and one of its endpoints then. */
export interface Split {
  readonly lanes: readonly Lane[];
  /** By which their cursors are kept, in the order of the lanes. */
  readonly keys: readonly string[];
  /** Parts of the requests, in the order of the lanes; undefined: the first lane is near, see `nearPart`. */
  readonly parts: readonly number[] | undefined;
}

/** Slow starts of the endpoints of a lane. */
export interface Ramps {
  /** Milliseconds, in the order of the endpoints; 0: none. */
  readonly windows: readonly number[];
  /** When the last one ends, in milliseconds of the worker's clock. */
  readonly until: number;
}
