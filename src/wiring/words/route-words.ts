import type { BalanceName } from './balance-names.ts';

/** What words say that counts for all pods of a route, before one is picked. Sizes in bytes. */
export interface RouteWords {
  /** Bodies of requests up to this size are collected before a pod is asked; 0 = none. */
  readonly collectRequest?: number;
  readonly balance?: BalanceName;
  /** Seconds for which clients keep the cookie of their pod; 0: as long as the browser runs. */
  readonly sticky?: number;
  /** Empty: wherever pods are, they get requests. */
  readonly zone?: '';
}
