import type { Endpoint } from '../endpoint.ts';

/** Candidates from which balancing picks one. */
export interface Lane {
  readonly endpoints: readonly Endpoint[];
  /** All candidates of the grant. The share of them that is ejected counts for each lane. */
  readonly whole: readonly Endpoint[];
  /** In the order of the endpoints; undefined: all have the same weight. */
  readonly weights: readonly number[] | undefined;
  /** Undefined: no endpoint has a slow start. */
  readonly ramps: Ramps | undefined;
  /** Undefined: one of the endpoints is picked directly. */
  readonly split: Split | undefined;
  /** Turns depend on more than the order of the endpoints, so a `Standing` is kept. */
  readonly remembers: boolean;
  /** The seed of random choices. */
  readonly seed: number;
  /** A bit for the zone of each endpoint, in their order; 0: not known. Undefined: zones do not count. */
  readonly zones: readonly number[] | undefined;
}

/** Several lanes. podway first chooses a lane, and then one of its endpoints. */
export interface Split {
  readonly lanes: readonly Lane[];
  /** The keys of the lanes' cursors, in the order of the lanes. */
  readonly keys: readonly string[];
  /** Parts of the requests, in the order of the lanes; undefined: the first lane is the near one, see `nearPart`. */
  readonly parts: readonly number[] | undefined;
}

/** Slow starts of the endpoints of a lane. */
export interface Ramps {
  /** Duration of each slow start in milliseconds, in the order of the endpoints; 0: none. */
  readonly windows: readonly number[];
  /** When the last one ends, in milliseconds of the worker's clock. */
  readonly until: number;
}
