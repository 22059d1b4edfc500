import { REASONS, type TransportReason } from '../boundary/reasons.ts';
import type { Peer } from '../http1/forwarded-lines.ts';
import { listItems } from '../http1/field-value.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { requestHost } from '../wiring/host.ts';
import type { RouteTable } from './table.ts';

/** The answer to a request that should have come on another connection. */
export interface WrongTransport {
  readonly status: number;
  readonly reason: TransportReason;
  readonly close: boolean;
  readonly location?: string;
}

export interface TransportSettings {
  /** `true`: for hosts with a certificate. */
  readonly httpsRedirect: 'false' | 'true' | 'all';
  readonly httpsRedirectPort: number;
}

const MISDIRECTED: WrongTransport = { reason: 'misdirected', ...REASONS.misdirected };
const REDIRECT = { reason: 'https-redirect', ...REASONS['https-redirect'] } as const;

/** The path at which an ACME server looks for the answer to its challenge, by plain HTTP (RFC 8555 section 8.3). */
const ACME = '/.well-known/acme-challenge/';

/** Checks whether podway serves the host on this kind of connection; undefined: it does, or `decide` must answer. */
export function wrongTransport(
  head: RequestHead,
  peer: Peer,
  table: RouteTable,
  settings: TransportSettings,
): WrongTransport | undefined {
  if (peer.tls !== undefined) return isMisdirected(head, peer, table) ? MISDIRECTED : undefined;
  return settings.httpsRedirect === 'false' ? undefined : toHttps(head, peer, table, settings);
}

/**
 * True when the connection's certificate is not for the host, and a new connection would get another one, or none. In a
 * resumed session the certificate is not known, and trusted proxies send the requests for all hosts on one connection:
 * both are accepted.
 */
function isMisdirected({ host: field }: RequestHead, { tls, trusted }: Peer, table: RouteTable): boolean {
  if (tls?.presented === undefined || trusted || field === tls.coveredHost) return false;
  const host = requestHost(field);
  if (host === undefined) return false;
  if (!tls.presented.covers(host)) return table.certificates.lookup(host) !== tls.presented;
  tls.coveredHost = field;
  return false;
}

/** 308 keeps method and body (RFC 9110 section 15.4.9). */
function toHttps(
  head: RequestHead,
  peer: Peer,
  table: RouteTable,
  { httpsRedirect, httpsRedirectPort }: TransportSettings,
): WrongTransport | undefined {
  if (head.form !== 'origin' && head.form !== 'absolute') return undefined;
  if (!isPlain(head, peer)) return undefined;
  const host = requestHost(head.host);
  if (host === undefined || table.host(host) === undefined) return undefined;
  if (httpsRedirect === 'true' && table.certificates.lookup(host)?.covers(host) !== true) return undefined;
  return { ...REDIRECT, location: secureLocation(head, host, httpsRedirectPort) };
}

/** True when the client came without TLS, except for the path of ACME, which servers request only in this way. */
export function isPlain(head: RequestHead, peer: Peer): boolean {
  return !isSecure(head, peer) && !head.path.startsWith(ACME);
}

/** The same target with https, on a host that podway routes, and never on one that only the client names. */
export function secureLocation({ path, query }: RequestHead, host: string, port: number): string {
  return `https://${host}${port === 443 ? '' : `:${port}`}${path}${query}`;
}

/**
 * Strict-Transport-Security of answers to a request; '' for none.
 *
 * @param hsts the setting
 * @param head undefined: it could not be read
 */
export function strictTransport(hsts: string, head: RequestHead | undefined, peer: Peer): string {
  if (hsts === '') return '';
  return peer.proto === 'https' || (head !== undefined && isSecure(head, peer)) ? hsts : '';
}

/** True when the client uses TLS, with podway or with a trusted proxy. */
export function isSecure({ secure, forwardedProto }: RequestHead, { trusted, proto }: Peer): boolean {
  if (proto === 'https' || secure) return true;
  if (!trusted || forwardedProto === '') return false;
  const [first = ''] = listItems(forwardedProto, 0, forwardedProto.length);
  return first === 'https' || first === 'wss';
}
