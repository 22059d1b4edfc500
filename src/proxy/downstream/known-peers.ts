import { ForwardedLines, type Peer } from '../../http1/forwarded-lines.ts';
import type { GroupHead } from '../../http1/last-head.ts';
import type { RequestHead } from '../../http1/request-head.ts';

/** Addresses that are known at the same time; a power of two. */
const PLACES = 256;

/** What the connections of one peer have in common. */
class KnownPeer {
  readonly peer: Peer;
  readonly forwarded: ForwardedLines;
  readonly heads: GroupHead<RequestHead> = { head: undefined };

  constructor(peer: Peer) {
    this.peer = peer;
    this.forwarded = new ForwardedLines(peer);
  }
}

/**
 * Peers that came last, by address. Load balancers, health checks and load tests have many connections from one address, on which the same
 * heads come: what is read and written for them is kept once, and found in the caches of the CPU.
 */
export class KnownPeers {
  readonly #places: (KnownPeer | undefined)[] = Array.from({ length: PLACES });

  /** Peers by TLS have what is of their connection alone. */
  of(peer: Peer): KnownPeer {
    if (peer.tls !== undefined) return new KnownPeer(peer);
    const place = placeOf(peer.address);
    const known = this.#places[place];
    if (known !== undefined && isSame(known.peer, peer)) return known;
    const added = new KnownPeer(peer);
    this.#places[place] = added;
    return added;
  }
}

function isSame(a: Peer, b: Peer): boolean {
  return a.address === b.address && a.trusted === b.trusted && a.proto === b.proto;
}

function placeOf(address: string): number {
  let hash = 0;
  for (let at = 0; at < address.length; at += 1) hash = (hash * 31 + address.charCodeAt(at)) | 0;
  return hash & (PLACES - 1);
}
