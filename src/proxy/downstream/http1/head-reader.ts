import { performance } from 'node:perf_hooks';
import type { HeadReason } from '../../../boundary/reasons.ts';
import type { RequestHead } from '../../../http1/request-head.ts';
import { ConnectionHeads } from '../../../http1/connection-heads.ts';
import type { GroupHead } from '../../../http1/last-head.ts';
import type { SharedRequests } from '../../../http1/request-heads.ts';
import type { ByteWindow } from '../../bytes/byte-window.ts';

/** Finds the heads of requests in what one client sends, one after the other. */
export class HeadReader {
  /** When the head that is being read began, in milliseconds of performance.now(); 0: it came whole. */
  began = 0;
  readonly #heads: ConnectionHeads<RequestHead, HeadReason>;
  /** A request has been read: empty lines after it begin no next request. */
  #served = false;

  constructor(shared: SharedRequests, group: GroupHead<RequestHead>) {
    this.#heads = new ConnectionHeads(shared, group);
  }

  /** After `whole`. */
  take(): RequestHead {
    return this.#heads.take();
  }

  /** After `refused`. */
  get error(): HeadReason {
    return this.#heads.error;
  }

  /** Consumes a head, and empty lines before one. `nothing`: there were only those, after a request. */
  read(window: ByteWindow): 'whole' | 'part' | 'nothing' | 'refused' {
    const next = this.#heads.parse(window.bytes, window.start, window.end);
    if (next < 0) return 'refused';
    if (next > 0) {
      window.consume(next);
      this.#served = true;
      return 'whole';
    }
    window.consume(window.start + this.#heads.skipped);
    if (window.length === 0 && this.#served) return 'nothing';
    if (this.began === 0) this.began = performance.now();
    return 'part';
  }

  /** Forgets a partial or refused head. */
  reset(): void {
    this.#heads.reset();
  }
}
