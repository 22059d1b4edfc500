import { LOW_WATERMARK } from '../../bytes/buffer-budget.ts';
import type { Deferred } from '../../bytes/loop-turn.ts';
import type { SendQueue } from '../../exchange/ends.ts';
import type { Http2Stream } from '../../../http2/session/stream.ts';
import type { WriterNeeds } from '../client-writer.ts';

/**
 * Writes to one stream, counts the bytes that wait for a window or for room in the connection in the worker's buffer budget, and
 * notes their progress. Bytes that the connection's output has accepted are counted there.
 */
export class StreamWriter implements Deferred, SendQueue {
  /** Bytes that waited when last counted. Bytes written in the current turn of the event loop are not included. */
  queued = 0;
  backlogIndex = -1;
  readonly #needs: WriterNeeds;
  readonly #stream: Http2Stream;
  #progressAt = 0;
  /** `flush` will be called at the end of this turn of the event loop. */
  #isDeferred = false;
  #isDiscarded = false;
  #awaited: ((all: boolean) => void)[] | undefined = undefined;

  constructor(needs: WriterNeeds, stream: Http2Stream) {
    this.#needs = needs;
    this.#stream = stream;
  }

  get full(): boolean {
    return this.queued >= LOW_WATERMARK;
  }

  idleDeadline(idle: number): number {
    return this.#progressAt + idle;
  }

  isMoving(idle: number): boolean {
    this.count();
    return this.queued > 0 && this.idleDeadline(idle) > this.#needs.clock.now;
  }

  whenSent(sent: (all: boolean) => void): void {
    if (this.#isDiscarded || this.#stream.queued === 0) {
      sent(!this.#isDiscarded);
      return;
    }
    this.#awaited ??= [];
    this.#awaited.push(sent);
  }

  /** Writes `buf[start, end)`. `isLast`: END_STREAM follows the last byte. */
  write(buf: Buffer, start: number, end: number, isLast: boolean): void {
    this.#stream.write(buf, start, end, isLast);
    if (this.#stream.queued > 0) this.#note();
  }

  /** The turn of the event loop is over: bytes that have not left wait for the client. */
  flush(): void {
    this.#isDeferred = false;
    if (!this.#isDiscarded) this.count();
  }

  /** Updates `queued` and the worker's budget. */
  count(): void {
    const queued = this.#isDiscarded ? 0 : this.#stream.queued;
    if (queued === this.queued) return;
    const { budget, backlog, clock } = this.#needs;
    if (this.queued === 0) this.#progressAt = clock.now;
    budget.used += queued - this.queued;
    this.queued = queued;
    if (queued > 0) backlog.add(this);
    else backlog.delete(this);
  }

  /** Some of the queued bytes have left. */
  drained(): void {
    this.#progressAt = this.#needs.clock.now;
    this.count();
    if (this.#stream.queued === 0) this.#settle(true);
  }

  /** The stream is gone: frees its share of the budget. */
  discard(): void {
    if (this.#isDiscarded) return;
    this.#isDiscarded = true;
    this.#needs.budget.used -= this.queued;
    this.#needs.backlog.delete(this);
    this.queued = 0;
    this.#settle(false);
  }

  #note(): void {
    if (this.#stream.queued >= LOW_WATERMARK) this.count();
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#needs.turn.atEnd(this);
  }

  #settle(all: boolean): void {
    const awaited = this.#awaited;
    this.#awaited = undefined;
    if (awaited !== undefined) for (const sent of awaited) sent(all);
  }
}
