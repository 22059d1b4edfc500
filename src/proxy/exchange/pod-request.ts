import type { RequestHead } from '../../http1/request-head.ts';
import { writeRequestHead } from '../../http1/request-writer.ts';
import type { Forward } from '../../routing/decide.ts';
import type { DownstreamConnection } from '../downstream/http1/downstream-connection.ts';
import type { Exchange } from './exchange.ts';

/** A trusted peer's own id goes on, so that one request has one id in all logs. */
export function requestIdOf(head: RequestHead, { peer, plane }: DownstreamConnection): string {
  return peer.trusted && head.requestId !== '' ? head.requestId : plane.ids.next();
}

/** The head that every attempt of an exchange sends. */
export function podRequestHead({ head, downstream, requestId, upgrade, decision }: Exchange): string {
  const { forwarded, plane } = downstream;
  const { hop, showKey: forwardKey } = decision as Forward;
  return writeRequestHead(
    head,
    { forwarded, requestId, hop, forwardKey, close: plane.pools.keepsNone },
    upgrade,
  );
}
