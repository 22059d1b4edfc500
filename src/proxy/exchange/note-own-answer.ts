import type { Reason } from '../../boundary/reasons.ts';
import type { Route } from '../../routing/route.ts';
import type { OwnAnswers } from '../counts/own-answers.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import type { RouteTable } from '../../routing/table.ts';
import type { UpstreamRequest } from './ends.ts';

/** The status of a request whose client has left: podway answered no client. */
const CLIENT_CLOSED_REQUEST = 499;

/** An exchange, as far as it is remembered. */
interface Answered {
  readonly head: RequestHead;
  readonly downstream: { readonly peer: Peer };
  readonly requestId: string;
  readonly request: UpstreamRequest | undefined;
  readonly attempts: number;
}

interface Ended {
  readonly status: number;
  readonly reason: Reason;
  /** In seconds. */
  readonly duration: number;
  readonly route: Route | undefined;
}

/** Records an answer of podway itself, or an exchange that it ended early, unless it was a success. */
export function noteOwnAnswer(
  exchange: Answered,
  { ownAnswers, table }: { readonly ownAnswers: OwnAnswers | undefined; readonly table: RouteTable },
  { status, reason, duration, route }: Ended,
): void {
  const isFailure = status >= 400 || status === 0;
  if (ownAnswers === undefined || !isFailure || status === CLIENT_CLOSED_REQUEST) return;
  const { head, downstream, request, attempts } = exchange;
  ownAnswers.add({
    time: Date.now(),
    requestId: exchange.requestId,
    clientAddress: downstream.peer.address,
    method: head.method,
    host: head.host,
    path: head.path,
    status,
    reason,
    route: route === undefined ? '' : route.host + route.path,
    namespace: request?.endpoint.namespace ?? '',
    pod: request?.endpoint.pod ?? '',
    attempts,
    revision: table.revision,
    duration,
  });
}
