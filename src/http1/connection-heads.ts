import { type GroupHead, LastHead, RecentHeads, type RememberedHead } from './last-head.ts';

/** Reads heads one after the other, of any connection (see RequestParser and ResponseParser). */
export interface HeadParser<Head, Error> {
  /** Why `parse` returned -1. */
  readonly error: Error;
  /** Number of octets before a head that may be dropped. */
  readonly skipped: number;
  parse(buf: Buffer, start: number, end: number): number;
  take(): Head;
  /** Forgets a head that was begun, refused or completed. */
  reset(): void;
}

/** What the readers of many connections share. */
export class SharedHeads<Head extends RememberedHead, Error> {
  readonly create: () => HeadParser<Head, Error>;
  readonly isCacheable: (head: Head) => boolean;
  /** For heads that arrive whole, as most do. Between two calls it holds no data of a connection. */
  readonly parser: HeadParser<Head, Error>;
  readonly recent = new RecentHeads();
  /** The group of the connections that name no other one. */
  readonly group: GroupHead<Head> = { head: undefined };

  /**
   * @param isCacheable whether a head may be remembered for the next one on its connection; its users must not change it
   * then
   */
  constructor(create: () => HeadParser<Head, Error>, isCacheable: (head: Head) => boolean) {
    this.create = create;
    this.isCacheable = isCacheable;
    this.parser = create();
  }
}

/** Reads the heads of one connection, with the contract of its parser. Between heads it holds almost no memory. */
export class ConnectionHeads<Head extends RememberedHead, Error> {
  skipped = 0;
  readonly #shared: SharedHeads<Head, Error>;
  readonly #last: LastHead<Head>;
  /** The parser that has read the beginning of a head. */
  #own: HeadParser<Head, Error> | undefined = undefined;
  #head: Head | undefined = undefined;
  #error: Error | undefined = undefined;

  constructor(shared: SharedHeads<Head, Error>, group: GroupHead<Head> = shared.group) {
    this.#shared = shared;
    this.#last = new LastHead(shared.recent, group);
  }

  /** Valid after `parse` has returned -1. */
  get error(): Error {
    return this.#error as Error;
  }

  /** The head that `parse` has completed. It is no longer held here. */
  take(): Head {
    const head = this.#head as Head;
    this.#head = undefined;
    return head;
  }

  parse(buf: Buffer, start: number, end: number): number {
    if (this.#own !== undefined) return this.#read(this.#own, buf, start, end);
    const again = this.#last.find(buf, start, end);
    if (again === undefined) return this.#readWhole(buf, start, end);
    this.#head = again;
    return start + again.text.length;
  }

  /**
   * Forgets a head that was begun or refused. The last complete head stays available to the next connection of the
   * group until a bounded number of others has replaced it.
   */
  reset(): void {
    this.#own = undefined;
  }

  #readWhole(buf: Buffer, start: number, end: number): number {
    const { parser, create } = this.#shared;
    const next = this.#read(parser, buf, start, end);
    if (next > 0) return next;
    parser.reset();
    if (next < 0 || start + this.skipped === end) return next;
    this.#own = create();
    return this.#read(this.#own, buf, start, end);
  }

  #read(parser: HeadParser<Head, Error>, buf: Buffer, start: number, end: number): number {
    const next = parser.parse(buf, start, end);
    this.skipped = parser.skipped;
    if (next < 0) this.#error = parser.error;
    if (next > 0) this.#complete(parser.take());
    return next;
  }

  #complete(head: Head): void {
    this.#own = undefined;
    this.#head = head;
    if (this.#shared.isCacheable(head)) this.#last.remember(head);
  }
}
