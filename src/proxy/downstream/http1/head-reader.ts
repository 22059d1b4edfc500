import { performance } from 'node:perf_hooks';
import type { HeadReason } from '../../../boundary/reasons.ts';
import type { RequestHead } from '../../../http1/request-head.ts';
import { RequestParser, type RequestReading } from '../../../http1/request-parser.ts';
import type { ByteWindow } from '../../bytes/byte-window.ts';

/** Finds the heads of requests in what one client sends, one after the other. */
export class HeadReader {
  /** When the head that is being read began, in milliseconds of performance.now(); 0: it came whole. */
  began = 0;
  readonly #parser: RequestParser;
  /** A request has been read: empty lines after it begin no next request. */
  #served = false;

  constructor(reading: RequestReading) {
    this.#parser = new RequestParser(reading);
  }

  /** After `whole`. */
  get head(): RequestHead {
    return this.#parser.head;
  }

  /** After `refused`. */
  get error(): HeadReason {
    return this.#parser.error;
  }

  /** Consumes a head, and empty lines before one. `nothing`: there were only those, after a request. */
  read(window: ByteWindow): 'whole' | 'part' | 'nothing' | 'refused' {
    const next = this.#parser.parse(window.bytes, window.start, window.end);
    if (next < 0) return 'refused';
    if (next > 0) {
      window.consume(next);
      this.#served = true;
      return 'whole';
    }
    window.consume(window.start + this.#parser.skipped);
    if (window.length === 0 && this.#served) return 'nothing';
    if (this.began === 0) this.began = performance.now();
    return 'part';
  }

  /** Drops a partial or refused head, and lets go of a completed one: an idle connection keeps no text. */
  reset(): void {
    this.#parser.reset();
  }
}
