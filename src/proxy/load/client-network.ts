import { flatten } from '../../http1/flat-text.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { clientAddress, type Trusted } from '../../routing/client-address.ts';
import { ipv6Groups } from '../../wiring/ipv6-groups.ts';

/** Real chains of proxies are shorter. A longer one counts as one client, since podway may do this for all requests at once. */
const MAX_PROXIES = 16;

/**
 * The network of a client: its IPv4 address, or the /64 of its IPv6 address, since a client with one address of such a
 * network has all of them (RFC 4291 section 2.5.4). It is the same for all spellings of an address.
 *
 * @param address valid, with or without a zone; not IPv4-mapped
 */
export function clientNetwork(address: string): string {
  if (!address.includes(':')) return address;
  const [a, b, c, d] = ipv6Groups(address);
  return `${a}:${b}:${c}:${d}::/64`;
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
