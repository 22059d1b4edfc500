import type { RequestHead } from '../http1/request-head.ts';
import { writeRequestHead } from '../http1/request-writer.ts';
import type { DownstreamConnection } from './downstream-connection.ts';
import type { Exchange } from './exchange.ts';

/** A trusted peer's own id goes on, so that one request has one id in all logs. */
export function requestIdOf(head: RequestHead, { trusted, plane }: DownstreamConnection): string {
  return trusted && head.requestId !== '' ? head.requestId : plane.ids.next();
}

/** The head that every attempt of an exchange sends. */
export function podRequestHead({ head, downstream, requestId, upgrade }: Exchange): string {
  const { plane, trusted, clientAddress } = downstream;
  const forwarding = {
    clientAddress,
    trusted,
    proto: 'http',
    port: plane.port,
    requestId,
    forwardKey: plane.settings.forwardApiKey,
  } as const;
  return writeRequestHead(head, forwarding, upgrade);
}
