import {
  type DataPiece,
  type Hold,
  type NewStream,
  NO_USER,
  type StreamLine,
  type StreamUser,
  type WaitingStream,
} from './stream-ends.ts';
import { ByteQueue, type QueueMemory } from './byte-queue.ts';

/**
 * One stream of either side (RFC 9113 section 5): what is sent waits here for its windows, and what came for its reader. The
 * peer gets its window back as the reader takes bytes, so no more than one window is held.
 */
export class Http2Stream implements WaitingStream {
  readonly id: number;
  user: StreamUser = NO_USER;
  /** Bytes that the peer's window of the stream takes; negative after its SETTINGS made it smaller. */
  sendWindow: number;
  /** Bytes that the peer may still send. */
  receiveWindow: number;
  /** END_STREAM came. */
  isReceived = false;
  /** END_STREAM was written. */
  isSent = false;
  /** No frame belongs to it any more. */
  isClosed = false;
  /** A response's final head came. */
  hasHead = false;
  /** It is in the connection's list of those that wait. */
  isWaiting = false;
  readonly #line: StreamLine;
  /** This side has opened it: what comes is a response. */
  readonly #isOwn: boolean;
  #queue: ByteQueue | undefined = undefined;
  /** After what is queued: END_STREAM, with these trailers. */
  #ending: readonly string[] | undefined = undefined;
  #kept: ByteQueue | undefined = undefined;
  #trailers: readonly string[] = NO_FIELDS;
  /** Bytes that were taken, and that the peer has not been told of. */
  #owed = 0;
  #isResuming = false;
  #isOver = false;

  constructor(line: StreamLine, id: number, { isOwn, send, receive }: NewStream) {
    this.#line = line;
    this.id = id;
    this.#isOwn = isOwn;
    this.sendWindow = send;
    this.receiveWindow = receive;
  }

  /** Bytes that wait for a window, or for room in the connection. */
  get queued(): number {
    return this.#queue === undefined ? 0 : this.#queue.size;
  }

  /** Bytes that came and were not taken. */
  get held(): number {
    return this.#kept === undefined ? 0 : this.#kept.size;
  }

  /** Nothing more can be written: its end was, or the stream is closed. */
  get isEnding(): boolean {
    return this.isClosed || this.isSent || this.#ending !== undefined;
  }

  /** A head: names and values in turn, names in lower case, pseudo fields first. `isLast`: nothing follows. */
  respond(fields: readonly string[], isLast: boolean): void {
    if (this.isEnding) return;
    this.#line.writeHead(this.id, fields, isLast);
    if (isLast) this.#sent();
  }

  /** `isLast`: END_STREAM comes with the last of it. What has to wait is copied. */
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
    this.#line.await(this);
    this.#queue ??= new ByteQueue(this.#line.memory);
    this.#queue.append(buf, at, end);
  }

  /** Ends it after everything written, with these trailers; without any if there are none. */
  end(trailers: readonly string[] = NO_FIELDS): void {
    if (this.isEnding) return;
    this.#ending = trailers;
    if (this.queued === 0) this.#writeEnd();
  }

  /** Ends both sides at once; what is queued, and what came and was not taken, is dropped. */
  reset(code: number): void {
    if (this.isClosed) {
      this.#over();
      return;
    }
    this.#line.writeReset(this.id, code);
    this.#leave();
    this.#over();
  }

  /** The peer broke a rule of this stream. */
  fail(code: number, why: string): void {
    if (this.isClosed) return;
    this.#line.writeReset(this.id, code);
    this.#leave();
    this.user.malformed(why);
    this.#over();
  }

  /** What came and was not taken is passed on. */
  resume(): void {
    if (this.#kept === undefined || this.#isResuming) return;
    this.#isResuming = true;
    const isAll = this.#passKept();
    this.#isResuming = false;
    if (!isAll) return;
    this.#kept = undefined;
    if (!this.isReceived) return;
    this.user.finished(this.#trailers);
    if (this.isClosed) this.#over();
  }

  /** False: the reader takes no more for now, or has ended the stream. */
  #passKept(): boolean {
    for (let kept = this.#kept; kept !== undefined && kept.size > 0; kept = this.#kept) {
      const { buf, start, end } = kept.first;
      if (this.user.data(buf, start, end) === 'later') return false;
      if (this.#isOver) return false;
      kept.drop(end - start);
      this.credit(end - start);
    }
    return !this.#isOver;
  }

  /** The connection's turn for it: sends at most `most` queued bytes. True: it can send more. */
  takeTurn(most: number): boolean {
    const queue = this.#queue;
    if (queue === undefined || this.isClosed) return false;
    const room = Math.min(most, this.sendWindow);
    for (let left = room; left > 0 && queue.size > 0; ) {
      const { buf, start, end } = queue.first;
      const size = Math.min(end - start, left);
      left -= size;
      const isEnd = size === queue.size && this.#ending === NO_FIELDS;
      this.#writeData({ buf, start, end: start + size }, isEnd);
      // With its end the stream may be closed, and its queue cleared.
      if (queue.size > 0) queue.drop(size);
    }
    if (this.queued === 0) this.#queue = undefined;
    if (this.queued === 0 && this.#ending !== undefined && !this.isSent) this.#writeEnd();
    if (room > 0) this.user.drained();
    return this.queued > 0 && this.sendWindow > 0;
  }

  /** DATA came, and its bytes are taken off the window. */
  received(buf: Buffer, start: number, end: number): Hold {
    const size = end - start;
    if (size === 0) return 'free';
    const taken = this.#kept === undefined ? this.user.data(buf, start, end) : 'later';
    if (taken !== 'later') {
      this.credit(size);
      return taken;
    }
    if (this.#isOver) return 'free';
    this.#kept ??= new ByteQueue(NOT_USED_AGAIN);
    this.#kept.append(buf, start, end);
    this.user.held();
    return 'free';
  }

  /** END_STREAM came. */
  receivedEnd(trailers: readonly string[]): void {
    this.isReceived = true;
    if (this.isSent) this.#leave();
    if (this.#kept === undefined) this.user.finished(trailers);
    else this.#trailers = trailers;
    if (this.isClosed && this.#kept === undefined) this.#over();
  }

  /** Bytes that need no longer be held: the peer may send as many. */
  credit(size: number): void {
    this.#owed += size;
    if (this.isReceived || this.isClosed || this.#owed * 2 < this.#line.streamWindow) return;
    this.#line.writeWindowUpdate(this.id, this.#owed);
    this.receiveWindow += this.#owed;
    this.#owed = 0;
  }

  /**
   * The peer has reset it, or its connection is gone (undefined). A response that came whole stays one, whatever the code (RFC
   * 9113 section 8.1).
   */
  broke(code: number | undefined): void {
    if (this.isClosed) return;
    this.#leave();
    const isWhole = this.#isOwn && this.isReceived;
    if (isWhole && this.#kept !== undefined) return;
    if (!isWhole) this.user.broken(code);
    this.#over();
  }

  #writeData(piece: DataPiece, isLast: boolean): void {
    this.sendWindow -= piece.end - piece.start;
    this.#line.writeData(this.id, piece, isLast);
    if (isLast) this.#sent();
  }

  #writeEnd(): void {
    const trailers = this.#ending as readonly string[];
    if (trailers.length > 0) this.#line.writeHead(this.id, trailers, true);
    else this.#line.writeData(this.id, NOTHING, true);
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
    this.#line.left(this.id);
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#kept = undefined;
    const { user } = this;
    user.over();
    this.user = NO_USER;
  }
}

/** Readers may keep what they get: it is left to the garbage collector. */
const NOT_USED_AGAIN: QueueMemory = {
  allocate: (size) => Buffer.allocUnsafeSlow(size),
  giveBack: () => undefined,
};
const NO_FIELDS: readonly string[] = [];
const NOTHING: DataPiece = { buf: Buffer.alloc(0), start: 0, end: 0 };
