import { performance } from 'node:perf_hooks';
import type { HeadReason } from '../../../boundary/reasons.ts';
import type { RequestHead } from '../../../http1/request-head.ts';
import { ConnectionHeads } from '../../../http1/connection-heads.ts';
import type { GroupHead } from '../../../http1/last-head.ts';
import type { SharedRequests } from '../../../http1/request-heads.ts';
import type { ByteWindow } from '../../bytes/byte-window.ts';

/** Reads the heads of requests, one after the other, from the bytes of one client. */
export class HeadReader {
  /**
   * When the first part of the current head arrived, in milliseconds of performance.now(); 0 if it arrived in one
   * piece.
   */
  began = 0;
  readonly #heads: ConnectionHeads<RequestHead, HeadReason>;
  /** A request has been read: empty lines after it begin no next request. */
  #served = false;

  constructor(shared: SharedRequests, group: GroupHead<RequestHead>) {
    this.#heads = new ConnectionHeads(shared, group);
  }

  /** The head, after `read` has returned `whole`. */
  take(): RequestHead {
    return this.#heads.take();
  }

  /** The error, after `read` has returned `refused`. */
  get error(): HeadReason {
    return this.#heads.error;
  }

  /** Consumes a head and the empty lines before it. `nothing`: there were at most empty lines, after a request. */
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
