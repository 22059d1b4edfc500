import type { HeadEdits } from '../../http1/head-edits.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import type { Forward } from '../../routing/decision.ts';
import type { Trace } from '../tracing/trace.ts';
import type { Downstream, Outgoing } from './ends.ts';
import type { ExchangeNeeds } from './needs.ts';
import { requestIdOf } from './request-id.ts';

/** An exchange, as far as the request to its pods depends on it. */
interface Sent {
  readonly head: RequestHead;
  readonly downstream: Downstream;
  readonly authentication: { readonly edits: HeadEdits } | undefined;
  readonly attempts: number;
  trace: Trace | undefined;
}

/** What podway sends to every pod that it tries, in addition to what the client sent. */
export function outgoingOf(
  exchange: Sent,
  { route, hop, showKey: forwardKey, upgrade }: Forward,
  { ids, tracer }: Pick<ExchangeNeeds, 'ids' | 'tracer'>,
): Outgoing {
  const { head, downstream, authentication } = exchange;
  const { peer, forwarded } = downstream;
  exchange.trace ??= tracer?.begin(exchange);
  return {
    forwarded,
    requestId: requestIdOf(head, peer, ids),
    hop,
    forwardKey,
    upgrade,
    route: route.path,
    auth: authentication?.edits,
    trace: exchange.trace,
  };
}
