import { REASONS } from '../../boundary/reasons.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import { renameHost } from '../../http1/rename-host.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import type { ResponseHead } from '../../http1/response-head.ts';
import { answerUnderSuffix } from '../../routing/answer-under-suffix.ts';
import { isForeign, tailOf } from '../../routing/foreign-origin.ts';
import { requestsHostList, hostsPage, underSuffix } from '../../routing/host-suffix.ts';
import type { EarlyAnswer } from './early-answer.ts';
import type { ExchangeNeeds } from './needs.ts';

type LocalNeeds = Pick<ExchangeNeeds, 'settings' | 'table'>;

const { status, close } = REASONS['foreign-origin'];
const FOREIGN: EarlyAnswer = { status, close, reason: 'foreign-origin' };

/**
 * Applies HOST_SUFFIX and ALLOWED_ORIGINS to a request before any other step: a foreign page always gets the same
 * answer. Gives the request the host that the client means. If there is no table yet, a later step refuses the request.
 */
export function receiveLocally(head: RequestHead, peer: Peer, needs: LocalNeeds): EarlyAnswer | undefined {
  const { settings, table } = needs;
  const { hostSuffix, allowedOrigins } = settings;
  if (!table.synced) return undefined;
  const name = hostSuffix === '' ? undefined : underSuffix(head, hostSuffix, table);
  const scheme = schemeOf(head, peer);
  if (allowedOrigins !== 'any') {
    const tail = name === undefined ? tailOf(head) : name.tail;
    if (isForeign(head, { scheme, tail, hosts: table, allowed: allowedOrigins })) return FOREIGN;
  }
  if (name !== undefined) {
    renameHost(head, name.host, { scheme: scheme === 'https' ? scheme : 'http', tail: name.tail });
  } else if (hostSuffix !== '' && requestsHostList(head, hostSuffix, table)) {
    const page = hostsPage(table.hostNames(), hostSuffix, head.host);
    return { status: 404, close: false, reason: 'unknown-host', page };
  }
  return undefined;
}

/** Adapts the pod's answer to a request whose host podway has replaced, for the client's view of the host. */
export function answerLocally(response: ResponseHead, request: RequestHead, needs: LocalNeeds): void {
  answerUnderSuffix(response, request, needs.settings.hostSuffix, needs.table);
}

/** The scheme of the request's URL, as the client has it. */
function schemeOf(head: RequestHead, peer: Peer): string {
  if (head.secure) return 'https';
  return peer.trusted && head.forwardedProto !== '' ? head.forwardedProto.toLowerCase() : peer.proto;
}
