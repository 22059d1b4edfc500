import type { RequestHead } from '../../../http1/request-head.ts';
import type { Http2Stream } from '../../../http2/session/stream.ts';
import type { BodySide, Hold } from '../../exchange/ends.ts';

const EMPTY = Buffer.alloc(0);

/** Where the DATA of a stream goes. */
export interface Intake {
  /** `later`: not taken; `too-long`: more than Content-Length says (RFC 9113 section 8.1.1). */
  came(buf: Buffer, start: number, end: number): Hold | 'later' | 'too-long';
  /** END_STREAM came. False: Content-Length says more. */
  finished(): boolean;
}

/**
 * The body of one request as DATA frames bring it. What is not taken stays in the stream, and then its client may send no more
 * than the stream's window.
 */
export class StreamBody implements Intake {
  readonly #stream: Http2Stream;
  /** Undefined: it is no longer needed. */
  readonly #side: () => BodySide | undefined;
  readonly #moved: () => void;
  /** Bytes to come; Infinity when only the end of the stream shows it. */
  #missing: number;
  /** END_STREAM has come, and has not been reported. */
  #isEnd = false;
  #isReading = false;

  /** `moved` is called when bytes came or went. */
  constructor(stream: Http2Stream, head: RequestHead, side: () => BodySide | undefined, moved: () => void) {
    this.#stream = stream;
    this.#side = side;
    this.#moved = moved;
    this.#missing = head.framing === 'length' ? head.contentLength : Number.POSITIVE_INFINITY;
  }

  /** Bytes that came and were not taken; the end of the body counts as one. */
  get unread(): number {
    return this.#stream.held + Number(this.#isEnd);
  }

  /** All of it has come. */
  get isWhole(): boolean {
    return this.#missing === 0;
  }

  /** What was not taken may be taken now. */
  read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#stream.resume();
    this.#passEnd();
    this.#isReading = false;
    this.#moved();
  }

  came(buf: Buffer, start: number, end: number): Hold | 'later' | 'too-long' {
    const size = end - start;
    if (size > this.#missing) return 'too-long';
    const side = this.#side();
    const isDropped = side === undefined || side.done;
    if (!isDropped && !side.wanted()) return 'later';
    this.#missing -= size;
    if (isDropped) return 'free';
    const hold = side.take(buf, start, end, this.#missing === 0);
    this.#moved();
    return hold;
  }

  finished(): boolean {
    if (this.#missing > 0 && this.#missing !== Number.POSITIVE_INFINITY) return false;
    this.#isEnd = this.#missing > 0;
    this.#missing = 0;
    this.#passEnd();
    this.#moved();
    return true;
  }

  #passEnd(): void {
    if (!this.#isEnd) return;
    const side = this.#side();
    const isDropped = side === undefined || side.done;
    if (!isDropped && !side.wanted()) return;
    this.#isEnd = false;
    if (!isDropped) side.take(EMPTY, 0, 0, true);
  }
}
