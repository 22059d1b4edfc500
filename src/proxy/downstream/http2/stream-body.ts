import type { ServerHttp2Stream } from 'node:http2';
import type { RequestHead } from '../../../http1/request-head.ts';
import type { BodySide } from '../../exchange/ends.ts';

const EMPTY = Buffer.alloc(0);

/**
 * The body of one request as DATA frames bring it. While it is not read the stream is paused, and then its client may
 * send no more than the stream's window: node:http2 opens it again only as the stream is read.
 */
export class StreamBody {
  readonly #stream: ServerHttp2Stream;
  /** Undefined: it is no longer needed. */
  readonly #side: () => BodySide | undefined;
  readonly #moved: () => void;
  /** Bytes to come; Infinity when only the end of the stream shows it. */
  #missing: number;
  #held: Buffer | undefined = undefined;
  /** END_STREAM has come, and has not been reported. */
  #isEnd = false;
  #isPumping = false;

  /** `moved` is called when bytes came or went. */
  constructor(
    stream: ServerHttp2Stream,
    head: RequestHead,
    side: () => BodySide | undefined,
    moved: () => void,
  ) {
    this.#stream = stream;
    this.#side = side;
    this.#moved = moved;
    this.#missing = head.framing === 'length' ? head.contentLength : Number.POSITIVE_INFINITY;
    stream.on('data', (bytes: Buffer) => this.#came(bytes));
    stream.on('end', () => this.#ended());
  }

  /** Bytes that came and were not taken; the end of the body counts as one. */
  get unread(): number {
    return (this.#held?.length ?? 0) + this.#stream.readableLength + Number(this.#isEnd);
  }

  /** Bytes in memory. */
  get bytes(): number {
    return (this.#held?.length ?? 0) + this.#stream.readableLength;
  }

  /** All of it has come. */
  get isWhole(): boolean {
    return this.#missing === 0;
  }

  read(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#step());
    this.#isPumping = false;
    const isWaiting = this.#held !== undefined || this.#isEnd;
    if (isWaiting) this.#stream.pause();
    else if (this.#stream.isPaused()) this.#stream.resume();
    this.#moved();
  }

  #came(bytes: Buffer): void {
    // node:http2 resets a stream with more or less of it than Content-Length says (RFC 9113 section 8.1.1).
    this.#missing = Math.max(this.#missing - bytes.length, 0);
    this.#held = bytes;
    this.read();
  }

  /**
   * RST_STREAM with NO_ERROR ends the readable side like END_STREAM does, and `aborted` is all that distinguishes them: a
   * cut body must not be taken for a whole one.
   */
  #ended(): void {
    if (this.#stream.aborted) return;
    if (this.#missing > 0 && this.#missing !== Number.POSITIVE_INFINITY) {
      this.#side()?.failed('body-cut');
      return;
    }
    this.#missing = 0;
    this.#isEnd = true;
    this.read();
  }

  #step(): boolean {
    const side = this.#side();
    if (side === undefined || side.done) {
      this.#held = undefined;
      this.#isEnd = false;
      return false;
    }
    const held = this.#held;
    if ((held === undefined && !this.#isEnd) || !side.wanted()) return false;
    this.#held = undefined;
    if (held === undefined) this.#isEnd = false;
    const bytes = held ?? EMPTY;
    side.take(bytes, 0, bytes.length, held === undefined || this.#missing === 0);
    return true;
  }
}
