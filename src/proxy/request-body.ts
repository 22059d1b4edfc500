import type { Duplex } from 'node:stream';
import { ChunkedDecoder } from '../http1/chunked-decoder.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { FailureReason } from './failure.ts';
import { writeParts } from './write-parts.ts';

/** The body of one request on its way to the pod: framing checked, re-framed, counted, bounded. */
export class RequestBody {
  done = false;
  /** The pod takes no more at the moment. */
  blocked = false;
  /** Body bytes so far, without framing. */
  bytes = 0;
  failure: FailureReason | undefined;
  readonly #limit: number;
  readonly #decoder: ChunkedDecoder | undefined;
  #remaining: number;

  /** `limit`: 0 = none. A declared length was already compared with it. */
  constructor(head: RequestHead, limit: number) {
    this.#limit = limit;
    this.#remaining = head.contentLength;
    this.#decoder = head.framing === 'chunked' ? new ChunkedDecoder() : undefined;
    this.done = head.framing === 'length' && head.contentLength === 0;
  }

  /**
   * Consumes `buf[start, end)` and returns the offset behind what belonged to this body. `prefix` (the request head, or
   * nothing) is written before. Sets `failure` instead of writing what must not be forwarded.
   */
  relay(stream: Duplex, prefix: string, buf: Buffer, start: number, end: number): number {
    return this.#decoder === undefined
      ? this.#relayLength(stream, prefix, buf, start, end)
      : this.#relayChunked(this.#decoder, stream, prefix, buf, start, end);
  }

  #relayLength(stream: Duplex, prefix: string, buf: Buffer, start: number, end: number): number {
    const size = Math.min(end - start, this.#remaining);
    this.#remaining -= size;
    this.bytes += size;
    this.done = this.#remaining === 0;
    writeParts(stream, prefix, buf, start, start + size, '');
    this.blocked = stream.writableNeedDrain;
    return start + size;
  }

  #relayChunked(
    decoder: ChunkedDecoder,
    stream: Duplex,
    prefix: string,
    buf: Buffer,
    start: number,
    end: number,
  ): number {
    const size = decoder.push(buf, start, end);
    if (size < 0) {
      this.failure = 'bad-chunk';
      return end;
    }
    this.bytes += size;
    if (this.#limit > 0 && this.bytes > this.#limit) {
      this.failure = 'body-too-large';
      return end;
    }
    this.done = decoder.done;
    const text = size > 0 ? `${prefix}${size.toString(16)}\r\n` : prefix;
    // Trailers of requests are dropped.
    const tail = (size > 0 ? '\r\n' : '') + (this.done ? '0\r\n\r\n' : '');
    if (text !== '' || tail !== '') writeParts(stream, text, buf, start, start + size, tail);
    this.blocked = stream.writableNeedDrain;
    return decoder.done ? decoder.consumed : end;
  }
}
