import type { RuleOf } from '../boundary/response-rules.ts';
import { LastHead, RecentHeads } from './last-head.ts';
import type { HeadLimits } from './limits.ts';
import { ResponseHead } from './response-head.ts';
import { ResponseParser } from './response-parser.ts';

const NO_HEAD = new ResponseHead();

/** How the responses on many connections are read. */
export class SharedResponses {
  readonly limits: HeadLimits;
  /** For heads that come whole (see SharedRequests). */
  readonly parser: ResponseParser;
  readonly recent = new RecentHeads();

  constructor(limits: HeadLimits) {
    this.limits = limits;
    this.parser = new ResponseParser(limits);
  }
}

/** The heads on one connection to a pod, with the contract of ResponseParser (see RequestHeads). */
export class ResponseHeads {
  error: RuleOf<'head'> = 'bad-status-line';
  readonly #shared: SharedResponses;
  readonly #last: LastHead<ResponseHead>;
  /** Has read the beginning of a head. */
  #own: ResponseParser | undefined = undefined;
  #head = NO_HEAD;

  constructor(shared: SharedResponses) {
    this.#shared = shared;
    this.#last = new LastHead(shared.recent);
  }

  /** After `parse` has completed one; it is not held any longer. */
  take(): ResponseHead {
    const head = this.#head;
    this.#head = NO_HEAD;
    return head;
  }

  parse(buf: Buffer, start: number, end: number): number {
    if (this.#own !== undefined) return this.#read(this.#own, buf, start, end);
    const again = this.#last.find(buf, start, end);
    if (again === undefined) return this.#readWhole(buf, start, end);
    this.#head = again;
    return start + again.text.length;
  }

  #readWhole(buf: Buffer, start: number, end: number): number {
    const { parser, limits } = this.#shared;
    const next = this.#read(parser, buf, start, end);
    if (next > 0) return next;
    parser.reset();
    if (next < 0) return next;
    this.#own = new ResponseParser(limits);
    return this.#read(this.#own, buf, start, end);
  }

  #read(parser: ResponseParser, buf: Buffer, start: number, end: number): number {
    const next = parser.parse(buf, start, end);
    if (next < 0) this.error = parser.error;
    if (next > 0) this.#complete(parser.take());
    return next;
  }

  #complete(head: ResponseHead): void {
    this.#own = undefined;
    this.#head = head;
    if (head.status >= 200) this.#last.remember(head);
  }
}
