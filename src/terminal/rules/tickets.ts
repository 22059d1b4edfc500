import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Number of random bytes of a ticket and of the secret of a link. */
const SECRET_BYTES = 32;
/** Maximum time between a ticket and the WebSocket that uses it, in milliseconds. */
export const TICKET_LIFETIME = 30_000;

interface OpenTicket<T> {
  readonly digest: Buffer;
  /** The origin of the page that requested it; undefined: the client is not a page. */
  readonly origin: string | undefined;
  readonly expires: number;
  readonly grant: T;
}

/** A secret of 256 random bits, in characters that are valid in URLs and subprotocols. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** The digest of a secret. podway keeps only the digest, so that a later memory dump does not reveal the secret. */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/**
 * Tickets for granted requests. Each is valid once, for half a minute, and for the origin that requested it. A guess is
 * compared with every ticket in constant time, so that the time reveals nothing about them.
 */
export class Tickets<T> {
  #open: OpenTicket<T>[] = [];

  /** Number of valid tickets. */
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

  /** Redeems a ticket. Undefined if it is unknown, used, expired or of another origin; a wrong origin uses it up, too. */
  redeem(ticket: string, origin: string | undefined, now: number): T | undefined {
    this.expire(now);
    const digest = digestOf(ticket);
    let found: OpenTicket<T> | undefined;
    for (const open of this.#open) if (timingSafeEqual(open.digest, digest)) found = open;
    if (found === undefined) return undefined;
    this.#open = this.#open.filter((it) => it !== found);
    return found.origin === origin ? found.grant : undefined;
  }

  /** Drops expired tickets with their grants. */
  expire(now: number): void {
    if (this.#open.some(({ expires }) => expires <= now))
      this.#open = this.#open.filter(({ expires }) => expires > now);
  }

  /** Invalidates all tickets. */
  clear(): void {
    this.#open = [];
  }

  /** The grants of all valid tickets. */
  grants(now: number): T[] {
    this.expire(now);
    return this.#open.map(({ grant }) => grant);
  }
}
