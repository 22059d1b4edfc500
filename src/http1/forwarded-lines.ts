import type { RequestHead } from './request-head.ts';

/** The other end of a client connection, as pods are told of it. */
export interface Peer {
  /** An IPv4-mapped address already unwrapped. */
  readonly address: string;
  /** It is in TRUSTED_PROXIES: what it says of its own client is believed. */
  readonly trusted: boolean;
  readonly proto: 'http' | 'https';
  /** Of the listener. */
  readonly port: number;
}

/** The `X-Forwarded-` lines for the requests of one client connection; all but the host is written once. */
export class ForwardedLines {
  readonly peer: Peer;
  /** What goes before and behind the host, from the first request on. */
  #before = '';
  #behind = '';

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /** Each with its CRLF. What a trusted peer says itself is left out, but for the list of clients that this one joins. */
  of(head: RequestHead): string {
    const { address, trusted, proto, port } = this.peer;
    if (trusted) return linesOfTrusted(head, this.peer);
    if (this.#before === '') {
      this.#before = flat(`X-Forwarded-For: ${address}\r\nX-Forwarded-Proto: ${proto}\r\nX-Forwarded-Host: `);
      this.#behind = flat(`\r\nX-Forwarded-Port: ${port}\r\n`);
    }
    return this.#before + head.host + this.#behind;
  }
}

/** Latin1. By way of bytes it becomes one piece: every write would walk again over the rope that `+` makes. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function linesOfTrusted(head: RequestHead, { address, proto, port }: Peer): string {
  const client = head.forwardedFor === '' ? address : `${head.forwardedFor}, ${address}`;
  let out = `X-Forwarded-For: ${client}\r\n`;
  if (head.forwardedProto === '') out += `X-Forwarded-Proto: ${proto}\r\n`;
  if (head.forwardedHost === '') out += `X-Forwarded-Host: ${head.host}\r\n`;
  if (head.forwardedPort === '') out += `X-Forwarded-Port: ${port}\r\n`;
  return out;
}
