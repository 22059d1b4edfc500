/**
 * Whether a name of a certificate covers a host (RFC 9525 section 6.3): the same, or `*.` in place of the first label.
 * Both canonical.
 */
export function nameCovers(name: string, host: string): boolean {
  if (name === host) return true;
  const wildcard = wildcardAround(host);
  return wildcard !== undefined && wildcard === name;
}

/** `*.example.com` for `a.example.com`; undefined for a single label, a wildcard and an address. */
export function wildcardAround(host: string): string | undefined {
  const dot = host.indexOf('.');
  return dot > 0 && host.charCodeAt(0) !== STAR && !ADDRESS.test(host) ? `*${host.slice(dot)}` : undefined;
}

const STAR = 0x2a;
/** IPv4, or `[IPv6]`. */
const ADDRESS = /^(?:\[|[\d.]+$)/;
