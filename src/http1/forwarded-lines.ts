import type { TlsFacts } from '../boundary/tls-facts.ts';
import { listItems } from './field-value.ts';
import { flatten } from './flat-text.ts';
import { COLON } from './octets.ts';
import type { RequestHead } from './request-head.ts';

/** The other end of a client connection, as podway describes it to pods. */
export interface Peer {
  /** An IPv4-mapped address is already unwrapped. */
  readonly address: string;
  /** What counts as one client in the limits of a worker, see `clientNetwork`. */
  readonly network: string;
  /** It is in TRUSTED_PROXIES: podway accepts what it reports about its own client. */
  readonly trusted: boolean;
  readonly proto: 'http' | 'https';
  /** Undefined: the connection does not use podway's TLS. */
  readonly tls?: TlsFacts | undefined;
}

/** Number of requests in a row that may not match the kept lines. After that the lines of the next request are kept. */
const MAX_MISSED = 16;

/**
 * X-Podway-Hops and the `X-Forwarded-` lines for the requests of one peer. Most peers send requests for one route of
 * one host at a time, so podway writes these lines once and keeps them.
 */
export class ForwardedLines {
  readonly peer: Peer;
  /** For requests with this hop, and with the host of `#hostLength` characters at `#hostAt`. */
  #lines = '';
  #hop = '';
  #hostAt = 0;
  #hostLength = 0;
  /** Number of requests in a row that did not match the lines. */
  #missed = 0;

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /**
   * The lines, each with its CRLF. Fields that a trusted peer sets itself are left out, except X-Forwarded-For: the
   * peer's address is added to its list.
   */
  of(head: RequestHead, hop: string): string {
    const { host, hops } = head;
    if (hops === '' && !this.peer.trusted) {
      if (this.#isFor(host, hop)) {
        this.#missed = 0;
        return this.#lines;
      }
      this.#missed += 1;
      if (this.#hop === '' || this.#missed > MAX_MISSED) return this.#keep(host, hop);
    }
    const hopLine = hops === '' ? `X-Podway-Hops: ${hop}\r\n` : `X-Podway-Hops: ${hops}, ${hop}\r\n`;
    return hopLine + (this.peer.trusted ? linesOfTrusted(head, this.peer) : linesOf(host, this.peer));
  }

  #isFor(host: string, hop: string): boolean {
    return (
      hop === this.#hop && host.length === this.#hostLength && this.#lines.startsWith(host, this.#hostAt)
    );
  }

  #keep(host: string, hop: string): string {
    const lines = `X-Podway-Hops: ${hop}\r\n${linesOf(host, this.peer)}`;
    this.#missed = 0;
    this.#lines = flatten(lines);
    this.#hop = hop;
    this.#hostAt = lines.indexOf(HOST) + HOST.length;
    this.#hostLength = host.length;
    return this.#lines;
  }
}

const HOST = '\r\nX-Forwarded-Host: ';

function linesOf(host: string, { address, proto, tls }: Peer): string {
  const ofClient = tls === undefined ? '' : tls.lines;
  return `X-Forwarded-For: ${address}\r\nX-Forwarded-Proto: ${proto}${HOST}${host}${portLine(host, proto)}${ofClient}`;
}

const HTTP_PORT = '\r\nX-Forwarded-Port: 80\r\n';
const HTTPS_PORT = '\r\nX-Forwarded-Port: 443\r\n';

/** The port that clients see: that of their Host, else that of the scheme. podway's own port means nothing to them. */
function portLine(host: string, proto: string): string {
  let at = host.length;
  while (at > 0 && isDigit(host.charCodeAt(at - 1))) at--;
  if (at > 0 && at < host.length && host.charCodeAt(at - 1) === COLON)
    return `\r\nX-Forwarded-Port: ${host.slice(at)}\r\n`;
  return proto === 'https' || proto === 'wss' ? HTTPS_PORT : HTTP_PORT;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function linesOfTrusted(head: RequestHead, peer: Peer): string {
  const { forwardedFor, forwardedProto, forwardedHost, forwardedPort, host } = head;
  const scheme = head.secure ? 'https' : peer.proto;
  const client = forwardedFor === '' ? peer.address : `${forwardedFor}, ${peer.address}`;
  let out = `X-Forwarded-For: ${client}\r\n${peer.tls === undefined ? '' : peer.tls.lines}`;
  if (forwardedProto === '') out += `X-Forwarded-Proto: ${scheme}\r\n`;
  if (forwardedHost === '') out += `X-Forwarded-Host: ${host}\r\n`;
  if (forwardedPort === '')
    out += portLine(firstOf(forwardedHost) || host, firstOf(forwardedProto) || scheme).slice(2);
  return out;
}

/** The first item of a list that several proxies may have written: what the client saw. In lower case. */
function firstOf(list: string): string {
  return list === '' || list === 'https' ? list : (listItems(list, 0, list.length)[0] ?? '');
}
