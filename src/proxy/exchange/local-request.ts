import { REASONS } from '../../boundary/reasons.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import { renameHost } from '../../http1/rename-host.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { isForeign, tailOf } from '../../routing/foreign-origin.ts';
import { asksForHosts, hostsPage, type LocalName, underSuffix } from '../../routing/host-suffix.ts';
import type { EarlyAnswer } from './early-answer.ts';
import type { ExchangeNeeds } from './needs.ts';

type LocalNeeds = Pick<ExchangeNeeds, 'settings' | 'table'>;

const { status, close } = REASONS['foreign-origin'];
const FOREIGN: EarlyAnswer = { status, close, reason: 'foreign-origin' };

/**
 * What HOST_SUFFIX and ALLOWED_ORIGINS make of a request, before anything else is looked up: a foreign page always gets the
 * same, whatever it asks for. Gives the request the host that is meant; a table that is not there yet refuses it later.
 */
export function receiveLocally(head: RequestHead, peer: Peer, needs: LocalNeeds): EarlyAnswer | undefined {
  const { settings, table } = needs;
  const { hostSuffix, allowedOrigins } = settings;
  if (!table.synced) return undefined;
  const name = hostSuffix === '' ? undefined : underSuffix(head, hostSuffix, table);
  if (allowedOrigins !== 'any' && fromForeignPage(head, peer, name, needs)) return FOREIGN;
  if (name !== undefined) renameHost(head, name.host, name.tail);
  else if (hostSuffix !== '' && asksForHosts(head, hostSuffix, table)) {
    const page = hostsPage(table.hostNames(), hostSuffix, head.host);
    return { status: 404, close: false, reason: 'unknown-host', page };
  }
  return undefined;
}

function fromForeignPage(
  head: RequestHead,
  peer: Peer,
  name: LocalName | undefined,
  { settings, table }: LocalNeeds,
): boolean {
  const { allowedOrigins } = settings;
  const said = peer.trusted && head.forwardedProto !== '' ? head.forwardedProto.toLowerCase() : peer.proto;
  return isForeign(head, {
    scheme: head.secure ? 'https' : said,
    tail: name === undefined ? tailOf(head) : name.tail,
    hosts: table,
    allowed: allowedOrigins === 'any' ? [] : allowedOrigins,
  });
}
