import type { BalanceName } from '../../boundary/route-options.ts';
import type { Balance } from './balance.ts';
import { roundRobin } from './round-robin.ts';

/** Every policy. test/routing/balances.test.ts holds what all of them promise. */
export const BALANCES: Readonly<Record<BalanceName, Balance>> = {
  'round-robin': roundRobin,
};
