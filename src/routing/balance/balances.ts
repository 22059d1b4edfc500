import type { BalanceName } from '../../wiring/options/balance-names.ts';
import type { Balance } from './balance.ts';
import { least } from './least.ts';
import { roundRobin } from './round-robin.ts';

/** Every policy. test/routing/balances.test.ts checks what all of them must guarantee. */
export const BALANCES: Readonly<Record<BalanceName, Balance>> = {
  'round-robin': roundRobin,
  least,
};
