import { performance } from 'node:perf_hooks';

/** What all workers know of the rates of clients. */
export interface SharedRates {
  /** See routing/rates/rate-table.ts. */
  readonly memory: SharedArrayBuffer;
  /** The same for all of them: microseconds, monotonic. */
  readonly now: () => number;
}

const FEW_CLIENTS = 1_024;

/** Of a data plane that does not share them. */
export function ownRates(): SharedRates {
  return { memory: new SharedArrayBuffer(8 * (1 + FEW_CLIENTS)), now: () => performance.now() * 1_000 };
}
