import type { FailureReason } from '../../boundary/reasons.ts';
import { ChunkedDecoder } from '../../http1/chunked-decoder.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import type { BodyRate } from './body-rate.ts';
import { ByteWindow } from '../bytes/byte-window.ts';
import type { SocketWriter } from '../bytes/socket-writer.ts';
import type { Parts } from '../bytes/write-parts.ts';

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
  /** How fast it must come; null: as it likes, undefined: it was not waited for yet. */
  rate: BodyRate | null | undefined;
  readonly #limit: number;
  readonly #decoder: ChunkedDecoder | undefined;
  #writer: SocketWriter | undefined;
  /** What came before there was a pod to take it. */
  #kept: ByteWindow | undefined;
  #collected = 0;
  #remaining: number;

  /** `limit`: 0 = none. A declared length was already compared with it. */
  constructor(head: RequestHead, limit: number) {
    this.#limit = limit;
    this.#remaining = head.contentLength;
    this.#decoder = head.framing === 'chunked' ? new ChunkedDecoder() : undefined;
    this.done = head.framing === 'length' && head.contentLength === 0;
  }

  /** Bytes that the pod's socket has not taken, and those kept for it. */
  get held(): number {
    return (this.#writer?.queued ?? 0) + (this.#kept?.memory ?? 0);
  }

  /** So many of the bytes to come are of this body for certain. */
  get ahead(): number {
    return this.#decoder?.ahead ?? this.#remaining;
  }

  /** What comes is kept until `open`, and no pod is asked before it is whole or longer than `size`; 0: at once. */
  collect(size: number): void {
    if (size === 0) return;
    this.#kept = new ByteWindow();
    this.#collected = size;
  }

  get collecting(): boolean {
    return this.#kept !== undefined && !this.done && this.bytes <= this.#collected;
  }

  /** Where the body goes, behind its head; one that was collected as a whole goes with its length. */
  open(writer: SocketWriter): void {
    this.#writer = writer;
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept === undefined || kept.length === 0) return;
    const { bytes, start, end } = kept;
    if (this.done || this.#decoder === undefined) this.#write({ text: '', buf: bytes, start, end, tail: '' });
    else this.#writeChunk(bytes, start, end);
    // That memory is nobody else's.
    this.retained = false;
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
    if (this.#kept !== undefined) this.#kept.append(buf, start, start + size);
    else this.#write({ text: '', buf, start, end: start + size, tail: '' });
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
    const { dataStart } = decoder;
    if (this.#kept !== undefined) this.#kept.append(buf, dataStart, dataStart + size);
    else this.#writeChunk(buf, dataStart, dataStart + size);
    return this.done ? decoder.consumed : end;
  }

  /** Trailers of requests are dropped. */
  #writeChunk(buf: Buffer, start: number, end: number): void {
    const size = end - start;
    const text = size > 0 ? `${size.toString(16)}\r\n` : '';
    const tail = (size > 0 ? '\r\n' : '') + (this.done ? '0\r\n\r\n' : '');
    this.#write({ text, buf, start, end, tail });
  }

  #write(parts: Parts): void {
    const writer = this.#writer as SocketWriter;
    this.retained = writer.write(parts);
    this.blocked = writer.full;
  }
}
