import { ChunkedDecoder } from '../http1/chunked-decoder.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { FailureReason } from './failure.ts';
import type { SocketWriter } from './socket-writer.ts';
import type { Parts } from './write-parts.ts';

/** The body of one request on its way to the pod: framing checked, re-framed, counted, bounded. */
export class RequestBody {
  done = false;
  /** The pod takes no more at the moment. */
  blocked = false;
  /** A pending write refers to the bytes taken last. */
  retained = false;
  /** Body bytes so far, without framing. */
  bytes = 0;
  failure: FailureReason | undefined;
  readonly #limit: number;
  readonly #decoder: ChunkedDecoder | undefined;
  #writer: SocketWriter | undefined;
  #remaining: number;

  /** `limit`: 0 = none. A declared length was already compared with it. */
  constructor(head: RequestHead, limit: number) {
    this.#limit = limit;
    this.#remaining = head.contentLength;
    this.#decoder = head.framing === 'chunked' ? new ChunkedDecoder() : undefined;
    this.done = head.framing === 'length' && head.contentLength === 0;
  }

  /** Bytes that the pod's socket has not taken. */
  get held(): number {
    return this.#writer?.queued ?? 0;
  }

  /** So many of the bytes to come are of this body for certain. */
  get ahead(): number {
    return this.#decoder?.ahead ?? this.#remaining;
  }

  /** Where the body goes, behind its head. */
  open(writer: SocketWriter): void {
    this.#writer = writer;
  }

  /**
   * Consumes `buf[start, end)` and returns the offset behind what belonged to this body. Sets `failure` instead of
   * writing what must not be forwarded.
   */
  relay(buf: Buffer, start: number, end: number): number {
    if (this.#decoder !== undefined) return this.#relayChunked(this.#decoder, buf, start, end);
    const size = Math.min(end - start, this.#remaining);
    this.#remaining -= size;
    this.bytes += size;
    this.done = this.#remaining === 0;
    this.#write({ text: '', buf, start, end: start + size, tail: '' });
    return start + size;
  }

  #relayChunked(decoder: ChunkedDecoder, buf: Buffer, start: number, end: number): number {
    const size = decoder.decode(buf, start, end);
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
    // Trailers of requests are dropped.
    const tail = (size > 0 ? '\r\n' : '') + (this.done ? '0\r\n\r\n' : '');
    this.#write({
      text: size > 0 ? `${size.toString(16)}\r\n` : '',
      buf,
      start: decoder.dataStart,
      end: decoder.dataStart + size,
      tail,
    });
    return this.done ? decoder.consumed : end;
  }

  #write(parts: Parts): void {
    const writer = this.#writer as SocketWriter;
    this.retained = writer.write(parts);
    this.blocked = writer.full;
  }
}
