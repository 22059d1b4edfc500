import type { ServerHttp2Stream } from 'node:http2';
import { LOW_WATERMARK } from '../../bytes/buffer-budget.ts';
import type { Deferred } from '../../bytes/loop-turn.ts';
import { JOINED } from '../../bytes/write-parts.ts';
import type { Hold, SendQueue } from '../../exchange/ends.ts';
import type { WriterNeeds } from '../client-writer.ts';

/**
 * Bytes queued for one stream that wait for a window or for room in the socket: counted
 * against the worker's buffer budget and watched for progress. Node says of a write only that all of it has left, and joins
 * what waits behind one, so the stream gets a piece at a time.
 */
export class StreamWriter implements Deferred, SendQueue {
  /** Bytes that had not left when last looked at; what was written in this turn of the loop does not count yet. */
  queued = 0;
  backlogSeat = -1;
  readonly #needs: WriterNeeds;
  readonly #stream: ServerHttp2Stream;
  readonly #drained: () => void;
  readonly #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #progressAt = 0;
  #isEnding = false;
  /** `flush` is to come. */
  #isDeferred = false;
  #isDiscarded = false;
  #awaited: ((all: boolean) => void)[] | undefined;
  readonly #written = (error?: Error | null): void => {
    if (!error && !this.#isDiscarded) this.#left();
  };

  /** `drained` is called when some of it has left. */
  constructor(needs: WriterNeeds, stream: ServerHttp2Stream, drained: () => void) {
    this.#needs = needs;
    this.#stream = stream;
    this.#drained = drained;
  }

  get full(): boolean {
    return this.queued >= LOW_WATERMARK;
  }

  givenUpAt(idle: number): number {
    return this.#progressAt + idle;
  }

  isMoving(idle: number): boolean {
    this.count();
    return this.queued > 0 && this.givenUpAt(idle) > this.#needs.clock.now;
  }

  whenSent(sent: (all: boolean) => void): void {
    if (this.#waiting === 0) {
      sent(!this.#isDiscarded);
      return;
    }
    this.#awaited ??= [];
    this.#awaited.push(sent);
  }

  /** The stream's head has been written. Frames leave later, so small pieces are copied and large ones kept. */
  write(buf: Buffer, start: number, end: number): Hold {
    if (start === end) return 'free';
    const isKept = end - start > JOINED && end - start > buf.length / 2;
    const part = buf.subarray(start, end);
    this.#push(isKept ? part : Buffer.from(part));
    return isKept ? 'kept' : 'free';
  }

  /** The last piece, and the end of the stream with it. */
  writeLast(buf: Buffer, start: number, end: number): Hold {
    if (start === end || this.#pieceBytes > 0) {
      const hold = this.write(buf, start, end);
      this.end();
      return hold;
    }
    this.#stream.end(Buffer.from(buf.subarray(start, end)), this.#written);
    this.#note();
    return 'free';
  }

  /** Latin1; the end of the stream comes with it. */
  writeText(text: string): void {
    this.#stream.end(text, 'latin1', this.#written);
    this.#note();
  }

  /** Ends the stream after everything written. */
  end(): void {
    this.#isEnding = true;
    if (this.#pieceBytes === 0) this.#stream.end();
  }

  /** The loop's turn is over: what has not left now waits for the client. */
  flush(): void {
    this.#isDeferred = false;
    if (!this.#isDiscarded) this.count();
  }

  count(): void {
    const queued = this.#waiting;
    if (queued === this.queued) return;
    const { budget, backlog, clock } = this.#needs;
    if (this.queued === 0) this.#progressAt = clock.now;
    budget.used += queued - this.queued;
    this.queued = queued;
    if (queued > 0) backlog.add(this);
    else backlog.delete(this);
  }

  /** The stream is gone, and its share of the budget free. */
  discard(): void {
    this.#isDiscarded = true;
    this.#needs.budget.used -= this.queued;
    this.#needs.backlog.delete(this);
    this.queued = 0;
    this.#pieces.length = 0;
    this.#pieceBytes = 0;
    this.#settle(false);
  }

  get #waiting(): number {
    return this.#isDiscarded ? 0 : this.#pieceBytes + this.#stream.writableLength;
  }

  #push(piece: Buffer): void {
    if (this.#pieceBytes > 0 || this.#stream.writableLength >= LOW_WATERMARK) {
      this.#pieces.push(piece);
      this.#pieceBytes += piece.length;
    } else {
      this.#stream.write(piece, this.#written);
    }
    this.#note();
  }

  #note(): void {
    if (this.#waiting >= LOW_WATERMARK) this.count();
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#needs.turn.atEnd(this);
  }

  #left(): void {
    this.#progressAt = this.#needs.clock.now;
    while (this.#pieceBytes > 0 && this.#stream.writableLength < LOW_WATERMARK) {
      const piece = this.#pieces.shift() as Buffer;
      this.#pieceBytes -= piece.length;
      this.#stream.write(piece, this.#written);
    }
    if (this.#isEnding && this.#pieceBytes === 0 && !this.#stream.writableEnded) this.#stream.end();
    this.count();
    if (this.#waiting === 0) this.#settle(true);
    this.#drained();
  }

  #settle(all: boolean): void {
    const awaited = this.#awaited;
    this.#awaited = undefined;
    if (awaited !== undefined) for (const sent of awaited) sent(all);
  }
}
