import { parseHost, requestHost } from './host.ts';

/**
 * Whether a name of a certificate covers a host (RFC 9525 section 6.3): the two are equal, or the name has `*` in place of
 * the host's first label. Both are canonical.
 */
export function nameCovers(name: string, host: string): boolean {
  return name === host || name === wildcardAround(host);
}

/** `*.example.com` for `a.example.com`; undefined for a single label, a wildcard or an address. */
export function wildcardAround(host: string): string | undefined {
  const dot = host.indexOf('.');
  return dot > 0 && host.charCodeAt(0) !== STAR && !ADDRESS.test(host) ? `*${host.slice(dot)}` : undefined;
}

const STAR = 0x2a;
/** IPv4, or `[IPv6]`. */
const ADDRESS = /^(?:\[|[\d.]+$)/;

/**
 * The hosts of a subjectAltName as Node writes it (`DNS:a.example.com, IP Address:10.0.0.1`), canonical, without
 * duplicates. Names that are not hosts (an e-mail address, `w*.example.com`) are left out. Names in quotes are left out too:
 * Node quotes only names with characters that no host has.
 */
export function certificateNames(subjectAltName: string | undefined): string[] {
  const names = new Set<string>();
  for (const item of subjectAltName?.split(', ') ?? []) {
    const name = item.startsWith('DNS:') ? dnsName(item.slice(4)) : addressName(item);
    if (name !== undefined) names.add(name);
  }
  return [...names];
}

function dnsName(text: string): string | undefined {
  const parsed = parseHost(text.toLowerCase());
  return 'host' in parsed ? parsed.host : undefined;
}

function addressName(item: string): string | undefined {
  const address = /^IP Address:([\d.a-fA-F:]+)$/.exec(item)?.[1];
  if (address === undefined) return undefined;
  return requestHost(address.includes(':') ? `[${address}]` : address);
}
