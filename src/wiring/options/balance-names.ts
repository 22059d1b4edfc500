/** Policies for picking a pod (see routing/balance/). */
export const BALANCE_NAMES = ['round-robin', 'least'] as const;
export type BalanceName = (typeof BALANCE_NAMES)[number];
