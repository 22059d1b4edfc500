import type { BalanceName } from './balance-names.ts';

/** Options of a pod that apply to all pods of its route, before one is picked. */
export interface DeclaredRouteOptions {
  /** podway collects request bodies up to this size, in bytes, before it sends them to a pod; 0 = none. */
  readonly collectRequest?: number;
  readonly balance?: BalanceName;
  /** Lifetime of the cookie that names the client's pod, in seconds; 0: until the browser is closed. */
  readonly sticky?: number;
  /** '': podway does not prefer its own zone for this route. */
  readonly zone?: '';
}
