import type { HeadReason } from '../boundary/reasons.ts';
import { SharedHeads } from './connection-heads.ts';
import type { RequestHead } from './request-head.ts';
import { RequestParser, type RequestReading } from './request-parser.ts';

/** What the readers of many clients' requests share. */
export class SharedRequests extends SharedHeads<RequestHead, HeadReason> {
  readonly reading: RequestReading;

  /**
   * @param cachesHeads whether podway remembers heads: a head that repeats the previous one on its connection is not
   * parsed again, so no head may be changed
   */
  constructor(reading: RequestReading, cachesHeads: boolean) {
    super(() => new RequestParser(reading), cachesHeads ? isCacheable : never);
    this.reading = reading;
  }
}

/** A body may change facts of its head, and an upgrade is the last request of a connection. */
function isCacheable({ framing, upgrade }: RequestHead): boolean {
  return framing === 'none' && upgrade === '';
}

function never(): boolean {
  return false;
}
