import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Random bytes of a ticket, and of the secret of a link. */
const SECRET_BYTES = 32;
/** Milliseconds between a ticket and the WebSocket that uses it. */
export const TICKET_LIFETIME = 30_000;

interface OpenTicket<T> {
  readonly digest: Buffer;
  /** Of the page that asked for it; undefined: of no page. */
  readonly origin: string | undefined;
  readonly expires: number;
  readonly grant: T;
}

/** A secret of 256 random bits, in characters that a URL and a subprotocol may have. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** What is kept of a secret: who reads the memory of the process later does not find it. */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/**
 * Tickets: each stands for one request that was granted, counts once, for half a minute, and for the origin that it was given
 * to. A guess is compared with every one of them in constant time, so that no answer reveals how near it was.
 */
export class Tickets<T> {
  #open: OpenTicket<T>[] = [];

  /** Tickets that count at this moment. */
  size(now: number): number {
    this.expire(now);
    return this.#open.length;
  }

  issue(grant: T, origin: string | undefined, now: number): string {
    this.expire(now);
    const ticket = newSecret();
    this.#open.push({ digest: digestOf(ticket), origin, expires: now + TICKET_LIFETIME, grant });
    return ticket;
  }

  /** What the ticket stands for, once; undefined when it does not count (any more, or here). Wrong origins use it up. */
  redeem(ticket: string, origin: string | undefined, now: number): T | undefined {
    this.expire(now);
    const digest = digestOf(ticket);
    let found: OpenTicket<T> | undefined;
    for (const open of this.#open) if (timingSafeEqual(open.digest, digest)) found = open;
    if (found === undefined) return undefined;
    this.#open = this.#open.filter((it) => it !== found);
    return found.origin === origin ? found.grant : undefined;
  }

  /** Forgets what no longer counts, and what it stood for. */
  expire(now: number): void {
    if (this.#open.some(({ expires }) => expires <= now))
      this.#open = this.#open.filter(({ expires }) => expires > now);
  }

  /** Those that are open stand for nothing any more. */
  clear(): void {
    this.#open = [];
  }

  /** What the open tickets stand for. */
  grants(now: number): T[] {
    this.expire(now);
    return this.#open.map(({ grant }) => grant);
  }
}
