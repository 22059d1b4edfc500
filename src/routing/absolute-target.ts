import type { RequestHead } from '../http1/request-head.ts';
import { requestHost } from '../wiring/host.ts';

/**
 * RFC 9112 section 3.2.2 would let the absolute target win; two opinions about the host are refused instead, and so are two
 * about the scheme.
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
