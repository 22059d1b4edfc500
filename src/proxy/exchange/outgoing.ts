import type { HeadEdits } from '../../http1/head-edits.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import type { Forward } from '../../routing/decision.ts';
import type { Downstream, Outgoing } from './ends.ts';
import { type RequestIds, requestIdOf } from './request-id.ts';

/** An exchange, as far as what pods are sent depends on it. */
interface Sent {
  readonly head: RequestHead;
  readonly downstream: Downstream;
  readonly authentication: { readonly edits: HeadEdits } | undefined;
}

/** What every pod that is tried is sent besides what the client sent. */
export function outgoingOf(
  { head, downstream, authentication }: Sent,
  { route, hop, showKey: forwardKey, upgrade }: Forward,
  ids: RequestIds,
): Outgoing {
  const { peer, forwarded } = downstream;
  return {
    forwarded,
    requestId: requestIdOf(head, peer, ids),
    hop,
    forwardKey,
    upgrade,
    route: route.path,
    auth: authentication?.edits,
  };
}
