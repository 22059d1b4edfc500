import type { Peer } from '../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { clientAddress, type Trusted } from '../../routing/client-address.ts';
import { clientNetwork } from './client-network.ts';

/** podway counts again after requests of this part of what is in use, so a count is cheap. */
const RECOUNT_SHARE = 1 / 16;

/** What a client uses: with the head of its request, or of the request that opened the tunnel, and the peer of its connection. */
export type VisitUse = (head: RequestHead | undefined, peer: Peer) => void;

/** A limit of a worker, and the percentage of it that one client may use; 100: podway does not count clients. */
export interface SharedLimit {
  readonly limit: number;
  readonly share: number;
}

/**
 * Limits how much of a worker's limit one client uses, so that a client cannot take all of it. It counts by address (IPv6:
 * /64), and for TRUSTED_PROXIES by the address that they report. While little is in use, it counts nothing.
 */
export class ClientShare {
  readonly #limit: number;
  readonly #trusted: Trusted;
  readonly #each: (visit: VisitUse) => void;
  /** What each network used at the last count. */
  #sums: ReadonlyMap<string, number> = new Map();
  /** Requests that have begun since the last count. */
  #begun = 0;

  /** @param each visits everything that clients of the worker use */
  constructor({ limit, share }: SharedLimit, trusted: Trusted, each: (visit: VisitUse) => void) {
    this.#limit = share === 100 ? Number.POSITIVE_INFINITY : Math.ceil((limit * share) / 100);
    this.#trusted = trusted;
    this.#each = each;
  }

  /**
   * Call it once for every request. True: its client uses more than its share.
   *
   * @param used all that is in use in the worker, including this request; it may be too high, never too low
   */
  isExceeded(head: RequestHead, peer: Peer, used: number): boolean {
    this.#begun += 1;
    if (used <= this.#limit) return false;
    if (this.#begun >= used * RECOUNT_SHARE) this.#count();
    const network = this.#networkOf(head, peer);
    return network !== undefined && (this.#sums.get(network) ?? 0) > this.#limit;
  }

  #count(): void {
    const sums = new Map<string, number>();
    this.#each((head, peer) => {
      const network = this.#networkOf(head, peer);
      if (network !== undefined) sums.set(network, (sums.get(network) ?? 0) + 1);
    });
    this.#sums = sums;
    this.#begun = 0;
  }

  /**
   * The clients of a proxy that does not report them count as that proxy. Undefined: a connection of a trusted proxy itself,
   * on which no request of a client runs.
   */
  #networkOf(head: RequestHead | undefined, peer: Peer): string | undefined {
    if (head === undefined) return peer.trusted ? undefined : clientNetwork(peer.address);
    return clientNetwork(clientAddress(head, peer, this.#trusted) ?? peer.address);
  }
}
