import { isIP } from 'node:net';
import type { Peer } from '../http1/forwarded-lines.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { mappedIpv4 } from '../wiring/mapped-address.ts';

/** The addresses of TRUSTED_PROXIES. */
export interface Trusted {
  /** An IPv4-mapped address must be unwrapped before. */
  has(address: string): boolean;
}

/**
 * The address of the client: the peer's own address. If the peer is trusted: the first address from the right in
 * X-Forwarded-For that is not one of TRUSTED_PROXIES, else the leftmost address. Undefined: a trusted peer names no
 * client, or a value that is not an address.
 */
export function clientAddress(head: RequestHead, peer: Peer, trusted: Trusted): string | undefined {
  if (!peer.trusted) return withoutZone(peer.address);
  const hops = head.forwardedFor.split(',');
  let client: string | undefined;
  for (let at = hops.length - 1; at >= 0; at--) {
    client = addressOf(hops[at] ?? '');
    if (client === undefined || !trusted.has(client)) return client;
  }
  return client;
}

/** Reads an address with or without a port, as proxies write it. */
function addressOf(hop: string): string | undefined {
  const [, literal, plain = ''] = /^\s*"?(?:\[([^\]]*)\](?::\d+)?|([^"[\]]*?))"?\s*$/.exec(hop) ?? [];
  const text = literal ?? (/^[\d.]+:\d+$/.test(plain) ? plain.slice(0, plain.indexOf(':')) : plain);
  const address = withoutZone(text);
  return isIP(address) === 0 ? undefined : (mappedIpv4(address) ?? address);
}

function withoutZone(address: string): string {
  const zone = address.indexOf('%');
  return zone < 0 ? address : address.slice(0, zone);
}
