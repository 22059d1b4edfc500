import type { RequestHead } from './request-head.ts';

/** A client connection, as its pods are told of it. */
export interface Peer {
  /** An IPv4-mapped address already unwrapped. */
  readonly address: string;
  /** It is in TRUSTED_PROXIES: what it says of its own client is believed. */
  readonly trusted: boolean;
  readonly proto: 'http' | 'https';
  /** Of the listener. */
  readonly port: number;
}

/** The `X-Forwarded-` lines for the requests of one client connection. Nearly always they are those of the one before. */
export class ForwardedLines {
  readonly peer: Peer;
  #host = '';
  #lines = '';

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /** Each with its CRLF. What a trusted peer says itself is left out, but for the list of clients that this one joins. */
  of(head: RequestHead): string {
    if (this.peer.trusted) return linesFor(head, this.peer);
    if (head.host !== this.#host || this.#lines === '') this.#keep(head);
    return this.#lines;
  }

  /** As one flat string of its own: a rope would be walked at every write, a slice would hold on to its whole head. */
  #keep(head: RequestHead): void {
    this.#lines = flat(linesFor(head, this.peer));
    this.#host = flat(head.host);
  }
}

function linesFor(head: RequestHead, { address, trusted, proto, port }: Peer): string {
  const client = trusted && head.forwardedFor !== '' ? `${head.forwardedFor}, ${address}` : address;
  let out = `X-Forwarded-For: ${client}\r\n`;
  if (!trusted || head.forwardedProto === '') out += `X-Forwarded-Proto: ${proto}\r\n`;
  if (!trusted || head.forwardedHost === '') out += `X-Forwarded-Host: ${head.host}\r\n`;
  if (!trusted || head.forwardedPort === '') out += `X-Forwarded-Port: ${port}\r\n`;
  return out;
}

/** Latin1. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
