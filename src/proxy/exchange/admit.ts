import { REASONS } from '../../boundary/reasons.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { wrongTransport } from '../../routing/transport.ts';
import type { EarlyAnswer } from './early-answer.ts';
import { healthCheck } from './health-check.ts';
import { receiveLocally } from './local-request.ts';
import type { ExchangeNeeds } from './needs.ts';

/**
 * A request on the wrong connection or of a foreign page, a health check, or a worker with too much to do; undefined: the request is let in, by the host
 * that is meant.
 */
export function earlyAnswer(
  head: RequestHead,
  peer: Peer,
  needs: Pick<ExchangeNeeds, 'settings' | 'table' | 'leaving' | 'overload' | 'counts'>,
): EarlyAnswer | undefined {
  const { hostSuffix, allowedOrigins, httpsRedirect } = needs.settings;
  if (peer.tls !== undefined || httpsRedirect !== 'false') {
    const wrong = wrongTransport(head, peer, needs.table, needs.settings);
    if (wrong !== undefined) return wrong;
  }
  if (hostSuffix !== '' || allowedOrigins !== 'any') {
    const local = receiveLocally(head, peer, needs);
    if (local !== undefined) return local;
  }
  // A busy worker is not ill, and its balancer must not send what it has to others that are as busy.
  const health = healthCheck(head, needs);
  if (health !== undefined) return health;
  // Before any work, and before anything is looked up: what all clients get reveals nothing.
  const inFlight = needs.counts.gauges.exchanges_in_flight;
  const reason = needs.overload.refusal(inFlight, head.framing === 'none' ? undefined : peer.address);
  if (reason === undefined) return undefined;
  const { status, close } = REASONS[reason];
  return { status, close, reason };
}
