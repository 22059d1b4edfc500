import { REASONS, type Reason, type Verdict } from '../../boundary/reasons.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { healthCheck } from './health-check.ts';
import type { ExchangeNeeds } from './needs.ts';

/** What is answered before a request is looked at. */
export interface EarlyAnswer extends Pick<Verdict, 'status' | 'close'> {
  readonly reason: Reason;
}

/** A health check, or a worker with too much to do; undefined: the request is let in. `address`: the client's. */
export function earlyAnswer(
  head: RequestHead,
  address: string,
  needs: Pick<ExchangeNeeds, 'settings' | 'table' | 'leaving' | 'overload' | 'counts'>,
): EarlyAnswer | undefined {
  // A busy worker is not ill, and its balancer must not send what it has to others that are as busy.
  const health = healthCheck(head, needs);
  if (health !== undefined) return health;
  // Before any work, and before anything is looked up: what all clients get reveals nothing.
  const inFlight = needs.counts.gauges.exchanges_in_flight;
  const reason = needs.overload.refusal(inFlight, head.framing === 'none' ? undefined : address);
  if (reason === undefined) return undefined;
  const { status, close } = REASONS[reason];
  return { status, close, reason };
}
