import type { Peer } from '../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { clientAddress, type Trusted } from '../../routing/client-address.ts';
import { clientNetwork } from './client-network.ts';

/** podway counts the requests of clients again after this part of the open requests has begun, so a count is cheap. */
const RECOUNT_SHARE = 1 / 16;

/** Visits the head of a request, and the peer of its connection. */
type Visit = (head: RequestHead, peer: Peer) => void;

interface ShareSettings {
  readonly maxInFlight: number;
  readonly maxInFlightShare: number;
}

/**
 * Limits how much of a worker's MAX_IN_FLIGHT the requests of one client use, so that a client cannot take all of it by
 * requests that stay open. It counts by address (IPv6: /64), and for TRUSTED_PROXIES by the address that they report.
 * While few requests are open, it counts nothing.
 */
export class ClientShare {
  readonly #limit: number;
  readonly #max: number;
  readonly #trusted: Trusted;
  readonly #each: (visit: Visit) => void;
  /** Open requests by network, at the last count. */
  #sums: ReadonlyMap<string, number> = new Map();
  /** Requests that have begun since the last count. */
  #begun = 0;

  /** @param each visits all open requests of the worker: those in flight, and those over HTTP/2 whose clients have not taken
   *   the answer */
  constructor(
    { maxInFlight, maxInFlightShare }: ShareSettings,
    trusted: Trusted,
    each: (visit: Visit) => void,
  ) {
    this.#limit = Math.ceil((maxInFlight * maxInFlightShare) / 100);
    this.#max = maxInFlight;
    this.#trusted = trusted;
    this.#each = each;
  }

  /**
   * Call it once for every request. True: its client has more open requests than its share. Above MAX_IN_FLIGHT it is
   * false, because all clients are refused there.
   *
   * @param open all open requests of the worker, including this one
   */
  isExceeded(head: RequestHead, peer: Peer, open: number): boolean {
    this.#begun += 1;
    if (open <= this.#limit || open > this.#max) return false;
    if (this.#begun >= open * RECOUNT_SHARE) this.#count();
    return (this.#sums.get(this.#networkOf(head, peer)) ?? 0) > this.#limit;
  }

  #count(): void {
    const sums = new Map<string, number>();
    this.#each((head, peer) => {
      const network = this.#networkOf(head, peer);
      sums.set(network, (sums.get(network) ?? 0) + 1);
    });
    this.#sums = sums;
    this.#begun = 0;
  }

  /** The clients of a proxy that does not report them count as that proxy. */
  #networkOf(head: RequestHead, peer: Peer): string {
    return clientNetwork(clientAddress(head, peer, this.#trusted) ?? peer.address);
  }
}
