import type { HeadReason } from '../boundary/reasons.ts';
import { LastHead, RecentHeads } from './last-head.ts';
import { RequestHead } from './request-head.ts';
import { RequestParser, type RequestReading } from './request-parser.ts';

const NO_HEAD = new RequestHead();

/** How the requests of many connections are read. */
export class SharedRequests {
  readonly reading: RequestReading;
  /** For heads that come whole, which most do: between two calls it holds nothing of any connection. */
  readonly parser: RequestParser;
  readonly recent: RecentHeads | undefined;

  /** @param remembers a head that repeats the one before on its connection is not read again, so no head may be changed */
  constructor(reading: RequestReading, remembers: boolean) {
    this.reading = reading;
    this.parser = new RequestParser(reading);
    this.recent = remembers ? new RecentHeads() : undefined;
  }
}

/** The heads of one connection, with the contract of RequestParser. While nothing of a head is there it holds next to nothing. */
export class RequestHeads {
  error: HeadReason = 'bad-request-line';
  skipped = 0;
  readonly #shared: SharedRequests;
  readonly #last: LastHead<RequestHead> | undefined;
  /** Has read the beginning of a head. */
  #own: RequestParser | undefined = undefined;
  #head = NO_HEAD;

  constructor(shared: SharedRequests) {
    this.#shared = shared;
    this.#last = shared.recent && new LastHead(shared.recent);
  }

  /** After `parse` has completed one; it is not held any longer. */
  take(): RequestHead {
    const head = this.#head;
    this.#head = NO_HEAD;
    return head;
  }

  parse(buf: Buffer, start: number, end: number): number {
    if (this.#own !== undefined) return this.#read(this.#own, buf, start, end);
    const again = this.#last?.find(buf, start, end);
    if (again === undefined) return this.#readWhole(buf, start, end);
    this.#head = again;
    return start + again.text.length;
  }

  /** Forgets a head that was begun or refused, and the last one. */
  reset(): void {
    this.#own = undefined;
    this.#last?.forget();
  }

  #readWhole(buf: Buffer, start: number, end: number): number {
    const { parser, reading } = this.#shared;
    const next = this.#read(parser, buf, start, end);
    if (next > 0) return next;
    parser.reset();
    if (next < 0 || start + this.skipped === end) return next;
    this.#own = new RequestParser(reading);
    return this.#read(this.#own, buf, start, end);
  }

  #read(parser: RequestParser, buf: Buffer, start: number, end: number): number {
    const next = parser.parse(buf, start, end);
    this.skipped = parser.skipped;
    if (next < 0) this.error = parser.error;
    if (next > 0) this.#complete(parser.take());
    return next;
  }

  #complete(head: RequestHead): void {
    this.#own = undefined;
    this.#head = head;
    // A body may change what is known of its head, and an upgrade is the last request of a connection.
    if (head.framing === 'none' && head.upgrade === '') this.#last?.remember(head);
  }
}
