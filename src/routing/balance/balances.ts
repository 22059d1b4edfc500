import type { BalanceName } from '../../boundary/route-options.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Grant } from '../grant.ts';
import { roundRobin } from './round-robin.ts';

/**
 * Picks the endpoint of the next try at `now` (milliseconds, monotonic): one of the grant's candidates that is neither gone
 * nor in `tried`; an ejected one only when all of these are ejected. Undefined when nothing is left to try (503, or the
 * last failure). It claims the probe of an ejected endpoint that may be tried again (see ejection.ts).
 */
export type Balance = (grant: Grant, now: number, tried: readonly Endpoint[]) => Endpoint | undefined;

export const BALANCES: Readonly<Record<BalanceName, Balance>> = {
  'round-robin': roundRobin,
};
