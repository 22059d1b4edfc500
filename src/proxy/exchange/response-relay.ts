import type { ResponseRule } from '../../boundary/response-rules.ts';
import { ChunkedDecoder } from '../../http1/chunked-decoder.ts';
import type { ResponseHead } from '../../http1/response-head.ts';
import { writeResponseHead } from '../../http1/response-writer.ts';
import { askedOfClient } from '../../http1/upgrade.ts';
import type { DownstreamConnection } from '../downstream/http1/downstream-connection.ts';

export interface RelayOptions {
  /** HEAD: the head says what a GET would have got, no body follows. */
  readonly headOnly: boolean;
  /** The client's minor version. */
  readonly minor: 0 | 1;
  /** The client may send its next request on this connection, as far as the request goes. */
  readonly keepAlive: boolean;
  /** The client sent `TE: trailers`. */
  readonly trailers: boolean;
  readonly date: string;
}

type Body = 'none' | 'length' | 'chunked' | 'close';

/**
 * One response on its way to the client: body framing checked, re-framed for the client's version, never delayed. The
 * pod may run ahead of the client up to the watermark of the worker's buffer budget.
 */
export class ResponseRelay {
  readonly status: number;
  readonly keepAlive: boolean;
  /** The pod's connection stands at the end of the response and nowhere else. */
  clean = true;
  /** Enough lies queued for the client: read no more until it drained. */
  blocked = false;
  /** Something was written to the client. */
  started = false;
  /** The pod's bytes just taken are still referred to by the client's queue. */
  retained = false;
  bytesSent = 0;
  readonly #downstream: DownstreamConnection;
  readonly #body: Body;
  readonly #chunkedOut: boolean;
  readonly #writeThrough: boolean;
  readonly #trailers: boolean;
  readonly #decoder: ChunkedDecoder | undefined;
  #remaining: number;
  #prefix: string;

  constructor(downstream: DownstreamConnection, head: ResponseHead, options: RelayOptions) {
    this.#downstream = downstream;
    this.status = head.status;
    this.#body = bodyOf(head, options.headOnly);
    const unframed = this.#body === 'chunked' || this.#body === 'close';
    this.#chunkedOut = unframed && options.minor === 1;
    this.keepAlive = options.keepAlive && (!unframed || this.#chunkedOut);
    this.#trailers = options.trailers && this.#chunkedOut;
    this.#remaining = this.#body === 'length' ? head.contentLength : 0;
    this.#decoder = this.#body === 'chunked' ? new ChunkedDecoder('lenient') : undefined;
    this.#writeThrough = head.accelBuffering === 'no' || head.streaming;
    this.#prefix = writeResponseHead(head, {
      body: this.#chunkedOut ? 'chunked' : this.#body === 'chunked' ? 'close' : this.#body,
      connection: this.keepAlive ? 'keep-alive' : 'close',
      minor: options.minor,
      trailers: this.#trailers,
      date: options.date,
      upgrade: head.upgrade === '' ? '' : askedOfClient(head, downstream.plane.settings.upgrades),
    });
  }

  /** Without framing towards the client only a reset tells a cut body from a whole one. */
  get endsByClose(): boolean {
    return !this.#chunkedOut && (this.#body === 'close' || this.#body === 'chunked');
  }

  /** The rule that was broken, when `receive` said `broken`. */
  get error(): ResponseRule {
    return this.#decoder?.error ?? 'bad-chunk';
  }

  /** Takes what the pod sent. `broken`: framing error; nothing of these bytes went on. */
  receive(buf: Buffer, start: number, end: number): 'more' | 'done' | 'broken' {
    this.retained = false;
    switch (this.#body) {
      case 'none':
        this.clean = start === end;
        this.#write(buf, start, start, true);
        return 'done';
      case 'length': {
        const size = Math.min(end - start, this.#remaining);
        this.#remaining -= size;
        const last = this.#remaining === 0;
        this.clean = start + size === end;
        this.#write(buf, start, start + size, last);
        return last ? 'done' : 'more';
      }
      case 'chunked': {
        const decoder = this.#decoder as ChunkedDecoder;
        const size = decoder.decode(buf, start, end);
        if (size < 0) return 'broken';
        this.clean = !decoder.done || (decoder.consumed === end && !decoder.loose);
        this.#write(buf, decoder.dataStart, decoder.dataStart + size, decoder.done);
        return decoder.done ? 'done' : 'more';
      }
      case 'close':
        this.clean = false;
        this.#write(buf, start, end, false);
        return 'more';
    }
  }

  /**
   * The client took some of what was queued; true when the pod may be read again: half of what it may run ahead is free, or
   * so little is left that the socket will not say when that has gone.
   */
  unblocked(): boolean {
    const { outbox } = this.#downstream;
    if (!this.blocked || (outbox.full && outbox.queued > this.#watermark / 2)) return false;
    this.blocked = false;
    return true;
  }

  get #watermark(): number {
    return this.#downstream.plane.budget.watermark(this.#writeThrough);
  }

  /** The pod's FIN: whether it is this response's proper end. */
  endOfStream(): boolean {
    if (this.#body !== 'close') return false;
    this.#write(EMPTY, 0, 0, true);
    return true;
  }

  #write(buf: Buffer, start: number, end: number, last: boolean): void {
    const size = end - start;
    let text = this.#prefix;
    let tail = '';
    if (this.#chunkedOut) {
      if (size > 0) {
        text += `${size.toString(16)}\r\n`;
        tail = '\r\n';
      }
      if (last) tail += `0\r\n${this.#trailers ? (this.#decoder?.trailers ?? '') : ''}\r\n`;
    }
    this.#prefix = '';
    if (text === '' && size === 0 && tail === '') return;
    this.started = true;
    this.bytesSent += size;
    this.retained = this.#downstream.outbox.send({ text, buf, start, end, tail });
    this.blocked = !last && this.#downstream.outbox.queued >= this.#watermark;
  }
}

const EMPTY = Buffer.alloc(0);

function bodyOf(head: ResponseHead, headOnly: boolean): Body {
  // RFC 9112 section 6.3: no body whatever the fields say; a 205 has none either (RFC 9110 section 15.3.6).
  if (headOnly || head.status === 204 || head.status === 205 || head.status === 304) return 'none';
  return head.framing;
}
