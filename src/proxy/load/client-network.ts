import { flatten } from '../../http1/flat-text.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import { COLON } from '../../http1/octets.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { clientAddress, type Trusted } from '../../routing/client-address.ts';

const DOT = 0x2e;
const PERCENT = 0x25;
/** Real chains of proxies are shorter. A longer one counts as one client, since podway may do this for all requests at once. */
const MAX_PROXIES = 16;
/** Groups of an IPv6 address that belong to the network. */
const GROUPS = 4;

/**
 * The network of a client: its IPv4 address, or the /64 of its IPv6 address, since a client with one address of such a
 * network has all of them (RFC 4291 section 2.5.4). It is the same for all spellings of an address.
 *
 * @param address valid, with or without a zone; not IPv4-mapped
 */
export function clientNetwork(address: string): string {
  return address.includes(':') ? ipv6Network(address) : address;
}

/**
 * The network of the client of a request, for TRUSTED_PROXIES the one that they report. The clients of a proxy that does not
 * report them count as that proxy.
 */
export function networkOfRequest(head: RequestHead, peer: Peer, trusted: Trusted): string {
  if (!peer.trusted) return peer.network;
  head.reportedNetwork ??= reportedNetwork(head, peer, trusted);
  return head.reportedNetwork === '' ? peer.network : head.reportedNetwork;
}

/** A copy, which does not keep the text of the head in memory. */
function reportedNetwork(head: RequestHead, peer: Peer, trusted: Trusted): string {
  return flatten(clientNetwork(clientAddress(head, peer, trusted, MAX_PROXIES) ?? ''));
}

/** Reads the groups one by one, since a worker may do this for all its connections at once. */
function ipv6Network(address: string): string {
  const zeros = address.indexOf('::');
  let network = '';
  let at = 0;
  let missing = 0;
  for (let group = 0; group < GROUPS; group += 1) {
    if (at === zeros) {
      missing = 8 - group - groupsIn(address, zeros + 2);
      at += 2;
    }
    let value = 0;
    if (missing > 0) missing -= 1;
    else {
      for (; at < address.length && address.charCodeAt(at) !== COLON; at += 1)
        value = value * 16 + digitOf(address.charCodeAt(at));
      if (at !== zeros) at += 1;
    }
    network += `${value.toString(16)}:`;
  }
  return `${network}:/64`;
}

/** Number of groups from `start` on. An IPv4 address takes the place of two. */
function groupsIn(address: string, start: number): number {
  let groups = 0;
  for (let at = start; at < address.length; at += 1) {
    const code = address.charCodeAt(at);
    if (code === PERCENT) break;
    if (at === start || code === COLON) groups += 1;
    else if (code === DOT) return groups + 1;
  }
  return groups;
}

/** The value of a hexadecimal digit, of which letters are in either case. */
function digitOf(code: number): number {
  return code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57;
}
