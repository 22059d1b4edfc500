import {
  type DataPiece,
  type Hold,
  type NewStream,
  NO_HANDLER,
  type StreamLine,
  type StreamSink,
  type WaitingStream,
} from './stream-ends.ts';
import { ByteQueue, type QueueMemory } from './byte-queue.ts';

/**
 * One stream, opened by either side (RFC 9113 section 5). Bytes to send wait here for the windows of the stream and the connection;
 * bytes that arrived wait here for their reader, `user`. The peer gets its window back as the reader accepts bytes, so the stream
 * holds at most one window of them (section 5.2). Lists of fields are names and values in turn, each character one octet.
 */
export class Http2Stream implements WaitingStream {
  readonly id: number;
  /** Receives what the peer sends. */
  handler: StreamSink = NO_HANDLER;
  /** Bytes that this side may send; negative after the peer's SETTINGS reduced the window (RFC 9113 section 6.9.2). */
  sendWindow: number;
  /** Bytes that the peer may still send. */
  receiveWindow: number;
  /** The peer has sent END_STREAM. */
  isReceived = false;
  /** This side has written END_STREAM. */
  isSent = false;
  /** The stream is closed: both sides have ended it, or it was reset. */
  isClosed = false;
  /** The final head of a response has arrived. */
  hasHead = false;
  /** The stream is in the connection's queue of streams that have something to send. */
  isWaiting = false;
  /** Names of fields in the peer's last head or trailers that must be forwarded as never indexed (see HpackDecoder). */
  neverIndexed: ReadonlySet<string> | undefined = undefined;
  readonly #line: StreamLine;
  /** This side has opened the stream: the peer sends a response. */
  readonly #isOwn: boolean;
  /** Bytes to send. */
  #queue: ByteQueue | undefined = undefined;
  /** END_STREAM, with these trailers, follows the queued bytes; undefined: more bytes may follow. */
  #ending: readonly string[] | undefined = undefined;
  /** Names of never indexed fields of these trailers. */
  #endingMarks: ReadonlySet<string> | undefined = undefined;
  /** Bytes that arrived and that the reader has not accepted. */
  #kept: ByteQueue | undefined = undefined;
  /** Trailers that arrived after bytes in `#kept`. */
  #trailers: readonly string[] = NO_FIELDS;
  /** Bytes that the reader has accepted and that the next WINDOW_UPDATE gives back. */
  #unannounced = 0;
  #isResuming = false;
  #isOver = false;

  constructor(line: StreamLine, id: number, { isOwn, send, receive }: NewStream) {
    this.#line = line;
    this.id = id;
    this.#isOwn = isOwn;
    this.sendWindow = send;
    this.receiveWindow = receive;
  }

  /** Bytes to send that wait for a window, or for room in the connection's output. */
  get queued(): number {
    return this.#queue === undefined ? 0 : this.#queue.size;
  }

  /** This number of bytes, written now, would leave at once: neither a window nor a full output would delay them. */
  canSend(size: number): boolean {
    return this.queued === 0 && Math.min(this.#line.room, this.sendWindow) >= size;
  }

  /** Bytes that arrived and that the reader has not accepted. */
  get held(): number {
    return this.#kept === undefined ? 0 : this.#kept.size;
  }

  /** No more bytes can be written: the end was written, or the stream is closed. */
  get isEnding(): boolean {
    return this.isClosed || this.isSent || this.#ending !== undefined;
  }

  /**
   * Writes a head: names in lower case, pseudo fields first. `isLast`: no body follows, so the head has END_STREAM. For `neverIndexed`
   * see HpackEncoder.
   */
  respond(fields: readonly string[], isLast: boolean, neverIndexed?: ReadonlySet<string>): void {
    if (this.isEnding) return;
    this.#line.writeHead(this.id, fields, isLast, neverIndexed);
    if (isLast) this.#sent();
  }

  /** Writes `buf[start, end)` as DATA. `isLast`: END_STREAM follows the last byte. Bytes that have to wait are copied. */
  write(buf: Buffer, start: number, end: number, isLast: boolean): void {
    if (this.isEnding) return;
    if (isLast) this.#ending = NO_FIELDS;
    let at = start;
    if (this.queued === 0) {
      const size = Math.max(Math.min(end - start, this.#line.room, this.sendWindow), 0);
      at += size;
      const isEnd = isLast && at === end;
      if (size > 0 || isEnd) this.#writeData({ buf, start, end: at }, isEnd);
    }
    if (at === end) return;
    this.#line.enqueue(this);
    this.#queue ??= new ByteQueue(this.#line.memory);
    this.#queue.append(buf, at, end);
  }

  /** Writes END_STREAM after everything written so far, with these trailers if there are any. For `neverIndexed` see HpackEncoder. */
  end(trailers: readonly string[] = NO_FIELDS, neverIndexed?: ReadonlySet<string>): void {
    if (this.isEnding) return;
    this.#ending = trailers;
    this.#endingMarks = neverIndexed;
    if (this.queued === 0) this.#writeEnd();
  }

  /** Writes RST_STREAM with this code. Drops queued bytes, and bytes that the reader has not accepted. */
  reset(code: number): void {
    if (this.isClosed) {
      this.#over();
      return;
    }
    this.#line.writeReset(this.id, code);
    this.#leave();
    this.#over();
  }

  /** The peer broke a rule of this stream: writes RST_STREAM, and reports it to the reader (RFC 9113 section 5.4.2). */
  fail(code: number, detail: string): void {
    if (this.isClosed) return;
    this.#line.writeReset(this.id, code);
    this.#leave();
    this.handler.malformed(detail);
    this.#over();
  }

  /** Offers the bytes that arrived to the reader again, after it has returned `later`. */
  resume(): void {
    if (this.#kept === undefined || this.#isResuming) return;
    this.#isResuming = true;
    const isAll = this.#passKept();
    this.#isResuming = false;
    if (!isAll) return;
    this.#kept = undefined;
    if (!this.isReceived) return;
    this.handler.finished(this.#trailers);
    if (this.isClosed) this.#over();
  }

  /** False: the reader accepts no more for now, or has ended the stream. */
  #passKept(): boolean {
    for (let kept = this.#kept; kept !== undefined && kept.size > 0; kept = this.#kept) {
      const { buf, start, end } = kept.first;
      if (this.handler.data(buf, start, end) === 'later') return false;
      if (this.#isOver) return false;
      kept.drop(end - start);
      this.credit(end - start);
    }
    return !this.#isOver;
  }

  /** The stream's turn on the connection: sends at most `max` queued bytes. True: the stream can send more now. */
  takeTurn(max: number): boolean {
    const queue = this.#queue;
    if (queue === undefined || this.isClosed) return false;
    const room = Math.min(max, this.sendWindow);
    for (let left = room; left > 0 && queue.size > 0; ) {
      const { buf, start, end } = queue.first;
      const size = Math.min(end - start, left);
      left -= size;
      const isEnd = size === queue.size && this.#ending === NO_FIELDS;
      this.#writeData({ buf, start, end: start + size }, isEnd);
      // If the last write had END_STREAM, the stream may have closed, which clears its queue.
      if (queue.size > 0) queue.drop(size);
    }
    if (this.queued === 0) this.#queue = undefined;
    if (this.queued === 0 && this.#ending !== undefined && !this.isSent) this.#writeEnd();
    if (room > 0) this.handler.drained();
    return this.queued > 0 && this.sendWindow > 0;
  }

  /** Bytes of DATA arrived; the caller has subtracted them from `receiveWindow`. */
  received(buf: Buffer, start: number, end: number): Hold {
    const size = end - start;
    if (size === 0) return 'free';
    const taken = this.#kept === undefined ? this.handler.data(buf, start, end) : 'later';
    if (taken !== 'later') {
      this.credit(size);
      return taken;
    }
    if (this.#isOver) return 'free';
    this.#kept ??= new ByteQueue(UNPOOLED_MEMORY);
    this.#kept.append(buf, start, end);
    this.handler.held();
    return 'free';
  }

  /** END_STREAM arrived, with these trailers. */
  receivedEnd(trailers: readonly string[]): void {
    this.isReceived = true;
    if (this.isSent) this.#leave();
    if (this.#kept === undefined) this.handler.finished(trailers);
    else this.#trailers = trailers;
    if (this.isClosed && this.#kept === undefined) this.#over();
  }

  /** `size` bytes were accepted or dropped: the peer may send this number of further bytes. */
  credit(size: number): void {
    this.#unannounced += size;
    if (this.isReceived || this.isClosed || this.#unannounced * 2 < this.#line.streamWindow) return;
    this.#line.writeWindowUpdate(this.id, this.#unannounced);
    this.receiveWindow += this.#unannounced;
    this.#unannounced = 0;
  }

  /**
   * The peer has reset the stream with this code, or the connection is gone (undefined). A response that has arrived completely
   * stays complete, with any code (RFC 9113 section 8.1).
   */
  broke(code: number | undefined): void {
    if (this.isClosed) return;
    this.#leave();
    const isWhole = this.#isOwn && this.isReceived;
    if (isWhole && this.#kept !== undefined) return;
    if (!isWhole) this.handler.broken(code);
    this.#over();
  }

  #writeData(piece: DataPiece, isLast: boolean): void {
    this.sendWindow -= piece.end - piece.start;
    this.#line.writeData(this.id, piece, isLast);
    if (isLast) this.#sent();
  }

  #writeEnd(): void {
    const trailers = this.#ending as readonly string[];
    if (trailers.length > 0) this.#line.writeHead(this.id, trailers, true, this.#endingMarks);
    else this.#line.writeData(this.id, NO_DATA, true);
    this.#sent();
  }

  #sent(): void {
    this.isSent = true;
    if (!this.isReceived) return;
    this.#leave();
    if (this.#kept === undefined) this.#over();
  }

  #leave(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#queue?.clear();
    this.#queue = undefined;
    this.#line.closed(this.id);
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#kept = undefined;
    const { handler } = this;
    handler.over();
    this.handler = NO_HANDLER;
  }
}

/** Readers may keep the bytes that they get, so their buffers are not used again: the garbage collector frees them. */
const UNPOOLED_MEMORY: QueueMemory = {
  allocate: (size) => Buffer.allocUnsafeSlow(size),
  giveBack: () => undefined,
};
const NO_FIELDS: readonly string[] = [];
const NO_DATA: DataPiece = { buf: Buffer.alloc(0), start: 0, end: 0 };
