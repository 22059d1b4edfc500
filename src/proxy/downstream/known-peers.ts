import { ForwardedLines, type Peer } from '../../http1/forwarded-lines.ts';
import type { GroupHead } from '../../http1/last-head.ts';
import type { RequestHead } from '../../http1/request-head.ts';

/** Maximum number of addresses that are known at the same time; a power of two. */
const CACHE_SIZE = 256;

/** What the connections of one peer share. */
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
 * The most recent peers, by address. Load balancers, health checks and load tests have many connections from one
 * address, and send the same heads on them. podway keeps what it reads and writes for them once, and finds it in the
 * caches of the CPU.
 */
export class KnownPeers {
  readonly #places: (KnownPeer | undefined)[] = Array.from({ length: CACHE_SIZE });

  /** A peer that uses TLS is not shared, since its facts belong to one connection. */
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
  return hash & (CACHE_SIZE - 1);
}
