import type { RuleOf } from '../boundary/response-rules.ts';
import { ChunkedDecoder } from './chunked-decoder.ts';

/** How the end of a body is found (RFC 9112 section 6.3). Only a response can end with its connection (`close`). */
export type BodyKind = 'none' | 'length' | 'chunked' | 'close';

/** Removes the framing of one body: strictly for clients, leniently for pods (see ChunkedDecoder). */
export class BodyReader {
  /** The body has been read to its end. Never true for `close`: such a body ends with the connection. */
  done: boolean;
  /** After `read`: the data is `buf[dataStart, dataEnd)`. */
  dataStart = 0;
  dataEnd = 0;
  readonly #decoder: ChunkedDecoder | undefined;
  /** Remaining bytes of a body with a length; -1: all bytes that come belong to this body. */
  #left: number;

  /** `length` in bytes; 0 unless the kind is `length`. */
  constructor(kind: BodyKind, length: number, reading: 'strict' | 'lenient') {
    this.#decoder = kind === 'chunked' ? new ChunkedDecoder(reading) : undefined;
    this.#left = kind === 'close' ? -1 : length;
    this.done = kind === 'none' || (kind === 'length' && length === 0);
  }

  /** The body ends with the connection. */
  get endsByClose(): boolean {
    return this.#left < 0;
  }

  /** At least this number of the next bytes is data of this body. */
  get ahead(): number {
    return this.#decoder === undefined ? Math.max(this.#left, 0) : this.#decoder.ahead;
  }

  /** The framing was not strictly correct, and was accepted only because a pod sent it. */
  get loose(): boolean {
    return this.#decoder?.loose === true;
  }

  /** The rule that was broken, after `read` has returned -1. */
  get error(): RuleOf<'chunks'> {
    return this.#decoder === undefined ? 'bad-chunk' : this.#decoder.error;
  }

  /** The trailer section that may be passed on, as canonical lines; set once `done`, '' without one. */
  get trailers(): string {
    return this.#decoder === undefined ? '' : this.#decoder.trailers;
  }

  /**
   * Reads `buf[start, end)` in place and returns the offset after the bytes of this body. Returns -1 on a framing
   * error: the reader must not be used any more. Data of several chunks is moved together within `buf`.
   */
  read(buf: Buffer, start: number, end: number): number {
    if (this.#decoder !== undefined) return this.#readChunked(this.#decoder, buf, start, end);
    const size = this.#left < 0 ? end - start : Math.min(end - start, this.#left);
    if (this.#left > 0) {
      this.#left -= size;
      this.done = this.#left === 0;
    }
    this.dataStart = start;
    this.dataEnd = start + size;
    return this.dataEnd;
  }

  #readChunked(decoder: ChunkedDecoder, buf: Buffer, start: number, end: number): number {
    const size = decoder.decode(buf, start, end);
    if (size < 0) return -1;
    this.done = decoder.done;
    this.dataStart = decoder.dataStart;
    this.dataEnd = decoder.dataStart + size;
    return decoder.consumed;
  }
}
