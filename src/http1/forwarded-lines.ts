import { listItems } from './field-value.ts';
import { COLON } from './octets.ts';
import type { RequestHead } from './request-head.ts';

/** The other end of a client connection, as pods are told of it. */
export interface Peer {
  /** An IPv4-mapped address already unwrapped. */
  readonly address: string;
  /** It is in TRUSTED_PROXIES: what it says of its own client is believed. */
  readonly trusted: boolean;
  readonly proto: 'http' | 'https';
}

/** The `X-Forwarded-` lines for the requests of one client connection, and X-Podway-Hops; most of it is written once. */
export class ForwardedLines {
  readonly peer: Peer;
  /** What goes between hop and host, from the first request on. */
  #before = '';

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /** Each with its CRLF. What a trusted peer says itself is left out, but for the list of clients that this one joins. */
  of(head: RequestHead, hop: string): string {
    const { address, trusted, proto } = this.peer;
    const { hops } = head;
    if (trusted || hops !== '') {
      const before = hops === '' ? '' : `${hops}, `;
      return `X-Podway-Hops: ${before}${hop}\r\n${trusted ? linesOfTrusted(head, this.peer) : linesOf(head, this.peer)}`;
    }
    if (this.#before === '') {
      this.#before = flat(
        `\r\nX-Forwarded-For: ${address}\r\nX-Forwarded-Proto: ${proto}\r\nX-Forwarded-Host: `,
      );
    }
    return `X-Podway-Hops: ${hop}${this.#before}${head.host}${portLine(head.host, proto)}`;
  }
}

/** Latin1. By way of bytes it becomes one piece: every write would walk again over the rope that `+` makes. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function linesOf(head: RequestHead, { address, proto }: Peer): string {
  const before = `X-Forwarded-For: ${address}\r\nX-Forwarded-Proto: ${proto}\r\n`;
  return `${before}X-Forwarded-Host: ${head.host}${portLine(head.host, proto)}`;
}

const HTTP_PORT = '\r\nX-Forwarded-Port: 80\r\n';
const HTTPS_PORT = '\r\nX-Forwarded-Port: 443\r\n';

/** The port that clients see: that of their Host, else the scheme's. Podway's own means nothing to them. */
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
  const { address } = peer;
  const proto = firstOf(head.forwardedProto) || (head.secure ? 'https' : peer.proto);

  const client = head.forwardedFor === '' ? address : `${head.forwardedFor}, ${address}`;
  let out = `X-Forwarded-For: ${client}\r\n`;
  if (head.forwardedProto === '') out += `X-Forwarded-Proto: ${proto}\r\n`;
  if (head.forwardedHost === '') out += `X-Forwarded-Host: ${head.host}\r\n`;
  if (head.forwardedPort === '') out += portLine(firstOf(head.forwardedHost) || head.host, proto).slice(2);
  return out;
}

/** Of a list that several proxies may have written, what the client saw; in lower case. */
function firstOf(list: string): string {
  return list === '' ? '' : (listItems(list, 0, list.length)[0] ?? '');
}
