import { type OverloadReason, REASONS } from '../../boundary/reasons.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { wrongTransport } from '../../routing/transport.ts';
import type { EarlyAnswer } from './early-answer.ts';
import { healthCheck } from './health-check.ts';
import { receiveLocally } from './local-request.ts';
import type { ExchangeNeeds } from './needs.ts';

type AdmitNeeds = Pick<
  ExchangeNeeds,
  'settings' | 'table' | 'leaving' | 'overload' | 'clientShare' | 'places' | 'counts'
>;

/**
 * Answers a request on the wrong connection or of a foreign page, a health check, or any request while the worker has
 * too much work. Returns undefined if the request is admitted; its head then has the host that the client means.
 */
export function earlyAnswer(head: RequestHead, peer: Peer, needs: AdmitNeeds): EarlyAnswer | undefined {
  const { hostSuffix, allowedOrigins, httpsRedirect } = needs.settings;
  if (peer.tls !== undefined || httpsRedirect !== 'false') {
    const wrong = wrongTransport(head, peer, needs.table, needs.settings);
    if (wrong !== undefined) return wrong;
  }
  if (hostSuffix !== '' || allowedOrigins !== 'any') {
    const local = receiveLocally(head, peer, needs);
    if (local !== undefined) return local;
  }
  // A busy worker is healthy: its load balancer must not send its requests to other workers that are as busy.
  const health = healthCheck(head, needs);
  if (health !== undefined) return health;
  // This check comes before any work and any look-up: an answer that all clients get reveals nothing.
  const reason = overloadReason(head, peer, needs);
  if (reason === undefined) return undefined;
  const { status, close } = REASONS[reason];
  return { status, close, reason };
}

function overloadReason(head: RequestHead, peer: Peer, needs: AdmitNeeds): OverloadReason | undefined {
  const { settings, counts, overload, clientShare, places } = needs;
  const {
    exchanges_in_flight: inFlight,
    http2_streams: streams,
    http2_websockets: websockets,
  } = counts.gauges;
  const open = Math.max(inFlight, streams - websockets);
  // Both count this request, whatever the answer is: also one that is refused has a connection.
  const hasManyRequests = clientShare.isExceeded(head, peer, open);
  const hasManyConnections = places.isShareExceeded(head, peer);
  // Above MAX_IN_FLIGHT all clients are refused.
  if (hasManyRequests && open <= settings.maxInFlight) return 'overload-client';
  if (hasManyConnections) return 'overload-client-connections';
  const uploader = head.framing === 'none' ? undefined : peer.network;
  return places.refusal(head) ?? overload.refusal(inFlight, uploader, open);
}
