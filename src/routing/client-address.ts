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
 *
 * @param most if this many addresses from the right are trusted, the client is the last of them
 */
export function clientAddress(
  head: RequestHead,
  peer: Peer,
  trusted: Trusted,
  most = Number.POSITIVE_INFINITY,
): string | undefined {
  if (!peer.trusted) return withoutZone(peer.address);
  const { forwardedFor } = head;
  let client: string | undefined;
  let end = forwardedFor.length;
  for (let read = 0; read < most && end >= 0; read += 1) {
    const comma = end === 0 ? -1 : forwardedFor.lastIndexOf(',', end - 1);
    client = addressOf(forwardedFor.slice(comma + 1, end));
    if (client === undefined || !trusted.has(client)) return client;
    end = comma;
  }
  return client;
}

/** Reads an address with or without a port, as proxies write it. It uses no pattern that a client could make slow. */
function addressOf(hop: string): string | undefined {
  const text = withoutPort(withoutQuotes(hop.trim()));
  if (text === undefined) return undefined;
  const address = withoutZone(text);
  return isIP(address) === 0 ? undefined : (mappedIpv4(address) ?? address);
}

function withoutQuotes(text: string): string {
  const start = text.startsWith('"') ? 1 : 0;
  return text.slice(start, text.endsWith('"') ? -1 : undefined);
}

/** Undefined: brackets or quotes are at a wrong place. */
function withoutPort(text: string): string | undefined {
  if (text.startsWith('[')) {
    const end = text.indexOf(']');
    return /^(?::\d+)?$/.test(text.slice(end + 1)) && end > 0 ? text.slice(1, end) : undefined;
  }
  if (/["[\]]/.test(text)) return undefined;
  const colon = text.indexOf(':');
  return colon > 0 && /^[\d.]+:\d+$/.test(text) ? text.slice(0, colon) : text;
}

function withoutZone(address: string): string {
  const zone = address.indexOf('%');
  return zone < 0 ? address : address.slice(0, zone);
}
