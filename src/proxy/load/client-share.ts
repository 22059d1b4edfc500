import type { Peer } from '../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import type { Trusted } from '../../routing/client-address.ts';
import { networkOfRequest } from './client-network.ts';

/** podway counts again after requests of this part of what is in use, so a count is cheap. */
const RECOUNT_SHARE = 1 / 16;
/** Milliseconds after which podway counts again before it refuses a client, which may use less now. */
const COUNT_TTL = 1_000;

/** Called with the network of a client for each thing that it uses, see `clientNetwork`. */
export type VisitUse = (network: string) => void;

/** A limit of a worker, and the percentage of it that one client may use; 100: podway does not count clients. */
export interface SharedLimit {
  readonly limit: number;
  readonly share: number;
}

interface ShareNeeds {
  readonly trusted: Trusted;
  readonly clock: { readonly now: number };
}

/**
 * Limits how much of a worker's limit one client uses, so that a client cannot take all of it. It counts by address (IPv6:
 * /64), and for TRUSTED_PROXIES by the address that they report. While little is in use, it counts nothing.
 */
export class ClientShare {
  readonly #limit: number;
  readonly #needs: ShareNeeds;
  readonly #each: (visit: VisitUse) => void;
  /** What each network used at the last count. */
  #sums: ReadonlyMap<string, number> = new Map();
  #countedAt = Number.NEGATIVE_INFINITY;
  /** What requests have taken since the last count. */
  #taken = 0;

  /** @param each visits everything that clients of the worker use */
  constructor({ limit, share }: SharedLimit, needs: ShareNeeds, each: (visit: VisitUse) => void) {
    this.#limit = share === 100 ? Number.POSITIVE_INFINITY : Math.ceil((limit * share) / 100);
    this.#needs = needs;
    this.#each = each;
  }

  /**
   * Call it once for every request that no other check has answered before. True: its client uses more than its share.
   *
   * @param used all that is in use in the worker, including this request; it may be too high, never too low
   * @param taken what this request takes of it; it may be too high, never too low. A client may use this much, even if its share is
   *   less
   */
  isExceeded(head: RequestHead, peer: Peer, used: number, taken = 1): boolean {
    this.#taken += taken;
    if (used <= this.#limit) return false;
    if (this.#taken >= used * RECOUNT_SHARE) this.#count();
    const network = networkOfRequest(head, peer, this.#needs.trusted);
    const most = Math.max(this.#limit, taken);
    if (this.#usedBy(network) <= most) return false;
    if (this.#needs.clock.now - this.#countedAt < COUNT_TTL) return true;
    this.#count();
    return this.#usedBy(network) > most;
  }

  #usedBy(network: string): number {
    return this.#sums.get(network) ?? 0;
  }

  #count(): void {
    const sums = new Map<string, number>();
    this.#each((network) => sums.set(network, (sums.get(network) ?? 0) + 1));
    this.#sums = sums;
    this.#taken = 0;
    this.#countedAt = this.#needs.clock.now;
  }
}
