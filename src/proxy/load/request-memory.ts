import { clientNetwork } from './client-network.ts';
import { type Holder, victims } from './memory-victims.ts';
import { Roster } from './roster.ts';

/** When memory is spent, this part of it is freed at once, so that one walk over all holders serves many clients. */
const ROOM = 1 / 8;
/** Used to this part, each connection may hold only little. */
const SCARCE = 1 / 2;
/**
 * A client that holds less than the first part has not spent the memory: it keeps what it has, and is let in, as long as all
 * such clients together hold less than the second.
 */
const SMALL_SHARE = 1 / 16;
const RESERVE = 1 / 4;
/** Milliseconds for which the sums of clients are valid. */
const SUMS_AGE = 1_000;
/** Milliseconds after a walk that found too little to free until the next one: there may be many holders. */
const REST = 200;

/** Counts the bytes of requests that a worker holds because no pod has taken them yet, and decides whose go when memory is spent. */
export class RequestMemory {
  used = 0;
  readonly #limit: number;
  readonly #clock: { readonly now: number };
  readonly #holders = new Roster<'holderSeat', Holder>('holderSeat');
  /** Finer than the clock, which stands still for some milliseconds. */
  #acquisitions = 0;
  /** When a walk over all holders found too little to free. */
  #failedAt = Number.NEGATIVE_INFINITY;
  /** Holders are giving up what they hold. */
  #freeing = false;
  #sums: ReadonlyMap<string, number> = new Map();
  #smallClients = 0;
  #sumsAt = Number.NEGATIVE_INFINITY;

  constructor(limit: number, clock: { readonly now: number }) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Nothing more of a client is read while bytes of it lie unread. */
  get spent(): boolean {
    return this.used >= this.#limit;
  }

  get scarce(): boolean {
    return this.used >= this.#limit * SCARCE;
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

  /** True when there is memory for another request of the client with this address, perhaps because others had to go. */
  makeRoom(address: string): boolean {
    if (!this.spent) return true;
    // One that gives up a request may begin the next, which comes here again: it must not choose others once more.
    if (!this.#freeing && this.#clock.now - this.#failedAt >= REST) {
      this.#holders.each((holder) => holder.count());
      if (this.spent) this.#free(this.used - this.#limit * (1 - ROOM));
      if (!this.spent) return true;
      this.#failedAt = this.#clock.now;
    }
    if (this.#clock.now - this.#sumsAt >= SUMS_AGE) this.#addUp();
    return this.#spares && this.#isSmall(clientNetwork(address));
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
    return this.#smallClients < this.#limit * RESERVE;
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
