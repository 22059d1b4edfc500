import type { RequestHead } from '../../../http1/request-head.ts';
import type { Http2Stream } from '../../../http2/session/stream.ts';
import type { BodySide, Hold } from '../../exchange/ends.ts';

const EMPTY = Buffer.alloc(0);

/** Receives the DATA frames of a stream. */
export interface Intake {
  /** Bytes arrived. `later`: not accepted now; `too-long`: more bytes than Content-Length (RFC 9113 section 8.1.1). */
  came(buf: Buffer, start: number, end: number): Hold | 'later' | 'too-long';
  /** END_STREAM arrived. Returns false if fewer bytes arrived than Content-Length. */
  finished(): boolean;
}

/**
 * The body of one request, which arrives in DATA frames. The stream keeps bytes that the exchange does not accept, and then the
 * client may send at most the stream's window.
 */
export class StreamBody implements Intake {
  readonly #stream: Http2Stream;
  /** The exchange's side of the body; undefined if no code needs the body any more. */
  readonly #side: () => BodySide | undefined;
  readonly #moved: () => void;
  /** Bytes that have not arrived; Infinity: the length is not known before the end of the stream. */
  #missing: number;
  /** END_STREAM has arrived and has not been reported to the exchange. */
  #isEnd = false;
  #isReading = false;

  /** `moved` is called when the number of kept bytes may have changed. */
  constructor(stream: Http2Stream, head: RequestHead, side: () => BodySide | undefined, moved: () => void) {
    this.#stream = stream;
    this.#side = side;
    this.#moved = moved;
    this.#missing = head.framing === 'length' ? head.contentLength : Number.POSITIVE_INFINITY;
  }

  /** Bytes that arrived and were not accepted; the end of the body counts as one byte. */
  get unread(): number {
    return this.#stream.held + Number(this.#isEnd);
  }

  /** The whole body has arrived. */
  get isWhole(): boolean {
    return this.#missing === 0;
  }

  /** The exchange may accept bytes again: offers it those that the stream has kept. */
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
    if (!isDropped && !side.canTake()) return 'later';
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
    if (!isDropped && !side.canTake()) return;
    this.#isEnd = false;
    if (!isDropped) side.take(EMPTY, 0, 0, true);
  }
}
