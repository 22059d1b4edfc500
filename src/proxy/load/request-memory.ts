import { type Holder, victims } from './memory-victims.ts';
import { IndexedSet } from './indexed-set.ts';

/** When memory is used up, podway frees this part of it at once, so that one pass over all holders serves many clients. */
const FREED_SHARE = 1 / 8;
/** If this part is used, each connection may hold only little. */
const SCARCE_SHARE = 1 / 2;
/**
 * A client that holds less than the first part has not used up the memory: podway keeps its bytes and admits its
 * requests, while all such clients together hold less than the second part.
 */
const SMALL_SHARE = 1 / 16;
const RESERVED_SHARE = 1 / 4;
/** Milliseconds for which the sums of clients are valid. */
const SUMS_TTL = 1_000;
/** Milliseconds between a pass that found too little to free and the next one, since there may be many holders. */
const FAILED_PASS_DELAY = 200;

/**
 * Counts the bytes of requests that a worker holds because no pod has taken them yet, and decides whose bytes podway
 * discards when memory is used up.
 */
export class RequestMemory {
  used = 0;
  readonly #limit: number;
  readonly #clock: { readonly now: number };
  readonly #holders = new IndexedSet<'holderIndex', Holder>('holderIndex');
  /** Finer than the clock, which stands still for some milliseconds. */
  #acquisitions = 0;
  /** When a pass over all holders found too little to free. */
  #failedAt = Number.NEGATIVE_INFINITY;
  /** Holders are discarding their bytes now. */
  #freeing = false;
  #sums: ReadonlyMap<string, number> = new Map();
  #smallClients = 0;
  #sumsAt = Number.NEGATIVE_INFINITY;

  constructor(limit: number, clock: { readonly now: number }) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** podway reads no more from a client while bytes of it are unread. */
  get isExhausted(): boolean {
    return this.used >= this.#limit;
  }

  get isScarce(): boolean {
    return this.used >= this.#limit * SCARCE_SHARE;
  }

  /** The holder holds `bytes` bytes from now on. */
  count(holder: Holder, bytes: number): void {
    const before = holder.bytes;
    this.used += bytes - before;
    holder.bytes = bytes;
    if (before === 0 || bytes < before) holder.takenAt = ++this.#acquisitions;
    if (before === 0) this.#holders.add(holder);
    else if (bytes === 0) this.#holders.delete(holder);
  }

  /**
   * Returns true if there is memory for another request of a client of this network, if necessary after discarding
   * bytes of others.
   */
  makeRoom(network: string): boolean {
    if (!this.isExhausted) return true;
    // A holder that discards a request may begin the next one, which calls this again: it must not choose further
    // holders.
    if (!this.#freeing && this.#clock.now - this.#failedAt >= FAILED_PASS_DELAY) {
      this.#holders.each((holder) => holder.count());
      if (this.isExhausted) this.#free(this.used - this.#limit * (1 - FREED_SHARE));
      if (!this.isExhausted) return true;
      this.#failedAt = this.#clock.now;
    }
    if (this.#clock.now - this.#sumsAt >= SUMS_TTL) this.#addUp();
    return this.#spares && this.#isSmall(network);
  }

  #free(needed: number): void {
    this.#freeing = true;
    for (const victim of victims(this.#candidates(), needed)) victim.shed();
    this.#freeing = false;
  }

  #candidates(): Iterable<Holder> {
    this.#addUp();
    const candidates: Holder[] = [];
    this.#holders.each((holder) => {
      if (!this.#spares || !this.#isSmall(holder.network)) candidates.push(holder);
    });
    return candidates;
  }

  get #spares(): boolean {
    return this.#smallClients < this.#limit * RESERVED_SHARE;
  }

  #isSmall(network: string): boolean {
    return (this.#sums.get(network) ?? 0) < this.#limit * SMALL_SHARE;
  }

  #addUp(): void {
    const sums = new Map<string, number>();
    this.#holders.each(({ network, bytes }) => sums.set(network, (sums.get(network) ?? 0) + bytes));
    this.#smallClients = 0;
    for (const sum of sums.values()) if (sum < this.#limit * SMALL_SHARE) this.#smallClients += sum;
    this.#sums = sums;
    this.#sumsAt = this.#clock.now;
  }
}
