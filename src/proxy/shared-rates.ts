import { performance } from 'node:perf_hooks';

/** What all workers share about the rates of clients. */
export interface SharedRates {
  /** See routing/rates/rate-table.ts. */
  readonly memory: SharedArrayBuffer;
  /** Microseconds of a monotonic clock that is the same for all workers. */
  readonly now: () => number;
}

const MIN_CLIENTS = 1_024;

/** For a data plane that does not share rates. */
export function ownRates(): SharedRates {
  return { memory: new SharedArrayBuffer(8 * (1 + MIN_CLIENTS)), now: () => performance.now() * 1_000 };
}
