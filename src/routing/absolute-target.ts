import type { RequestHead } from '../http1/request-head.ts';
import { requestHost } from '../wiring/host.ts';

/**
 * True when an absolute target agrees with Host, and with X-Forwarded-Proto. By RFC 9112 section 3.2.2 the absolute
 * target has precedence. podway refuses requests in which they differ in host, port or scheme instead.
 */
export function agreesWithFields({ authority, host, secure, forwardedProto }: RequestHead): boolean {
  const port = secure ? 443 : 80;
  const sameScheme = !secure || forwardedProto === '' || forwardedProto.toLowerCase() === 'https';
  return sameScheme && canonicalAuthority(authority, port) === canonicalAuthority(host, port);
}

function canonicalAuthority(authority: string, otherwise: number): string | undefined {
  const name = requestHost(authority);
  const port = /:(\d+)$/.exec(authority)?.[1] ?? otherwise;
  return name === undefined ? undefined : `${name}:${Number(port)}`;
}
