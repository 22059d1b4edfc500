import type { Duplex } from 'node:stream';
import { type BufferBudget, LOW_WATERMARK } from '../bytes/buffer-budget.ts';
import type { Deferred, LoopTurn } from '../bytes/loop-turn.ts';
import type { SendQueue } from '../exchange/ends.ts';
import type { IndexedSet } from '../load/indexed-set.ts';
import type { WorkerCounts } from '../counts/worker-counts.ts';
import { SocketWriter } from '../bytes/socket-writer.ts';
import { copiesAtOnce, copyParts, MAX_JOINED_BYTES, type Parts, sizeOf } from '../bytes/write-parts.ts';

/** Bytes that TCP sends before the first acknowledgement: ten segments of 1,400 bytes (RFC 6928). */
const INITIAL_CONGESTION_WINDOW = 14_000;

/** An object that can count again how many bytes its client has not read. */
export interface Counted {
  /** Its place in the backlog; -1 if it has none. */
  backlogIndex: number;
  count(): void;
}

export interface WriterNeeds {
  readonly clock: { readonly now: number };
  readonly turn: LoopTurn;
  readonly counts: WorkerCounts;
  readonly budget: BufferBudget;
  /** Clients that have not taken everything that was written to them. */
  readonly backlog: IndexedSet<'backlogIndex', Counted>;
}

/**
 * Bytes queued for one client that the kernel has not accepted. They count against the worker's buffer budget, and
 * podway watches whether they move, since a slow reader has not stalled. The stream gets one piece at a time: it would
 * pass all its bytes to the kernel in one write, and not report how many of them have left.
 */
export class ClientWriter implements Deferred, SendQueue {
  /** Bytes that the kernel had not taken at the last count. Bytes that it was not offered yet do not count. */
  queued = 0;
  backlogIndex = -1;
  /** The network of the client that has not taken its answer, if a trusted peer reported it and the request is over. */
  client: string | undefined = undefined;
  readonly #needs: WriterNeeds;
  readonly #stream: Duplex;
  readonly #writer: SocketWriter;
  /** Bytes to write after those in the stream. A string is latin1. */
  readonly #pieces: (string | Buffer)[] = [];
  #pieceBytes = 0;
  /** The memory of a piece can be reused once the piece is written. */
  readonly #copiesAtOnce: boolean;
  readonly #allocate: BufferBudget['allocate'];
  #sent = 0;
  #left = 0;
  /** Of the bytes sent so far, those up to here contain all that came from pods. */
  #podEnd = 0;
  #progressAt = 0;
  #ended: (() => void) | undefined;
  /** An empty write is pending, whose callback reports that the stream has drained. */
  #asked = false;
  /** Called when the pieces before them have left the process. */
  #awaited: ((all: boolean) => void)[] | undefined;

  constructor(needs: WriterNeeds, stream: Duplex) {
    this.#needs = needs;
    this.#stream = stream;
    this.#copiesAtOnce = copiesAtOnce(stream);
    this.#allocate = this.#copiesAtOnce ? needs.budget.allocate : ownMemory;
    this.#writer = new SocketWriter(stream, needs.turn, this);
  }

  /** The caller should not write more until the stream has drained. */
  get full(): boolean {
    return this.queued >= LOW_WATERMARK;
  }

  /** The bytes sent last came from a pod. */
  sentForPod(): void {
    this.#podEnd = this.#sent;
  }

  /**
   * The client has not taken all bytes of pods. False if only podway's own bytes wait: a client needs no pod to let as many of them
   * wait as it likes, by requests that podway refuses or by PING.
   */
  get isAnswerUnread(): boolean {
    return this.queued > 0 && this.#left < this.#podEnd;
  }

  idleDeadline(idle: number): number {
    return this.#progressAt + idle;
  }

  isMoving(idle: number): boolean {
    this.count();
    return this.queued > 0 && this.idleDeadline(idle) > this.#needs.clock.now;
  }

  /** Returns true if the socket still refers to `parts.buf` (see SocketWriter). */
  send(parts: Parts): boolean {
    const size = sizeOf(parts);
    this.#sent += size;
    this.#needs.counts.scalars.downstream_sent_bytes += size;
    let isKept = false;
    if (this.#waits(size)) {
      // The text that waits in the writer comes first.
      this.#writer.flush();
      this.#pieces.push(copyParts(parts, this.#allocate));
      this.#pieceBytes += size;
    } else {
      isKept = this.#writer.write(parts);
    }
    this.count();
    return isKept;
  }

  /** Whether `size` bytes must wait until the stream has written earlier ones. */
  #waits(size: number): boolean {
    const { queued } = this.#writer;
    if (this.#pieceBytes > 0 || queued >= LOW_WATERMARK) return true;
    // Behind a write that is under way, the stream would keep a large one, in memory that podway cannot reuse.
    return this.#copiesAtOnce && queued > 0 && size > MAX_JOINED_BYTES;
  }

  /** Called at the end of the turn, or earlier. */
  flush(): void {
    this.#writer.flush();
    this.count();
  }

  /**
   * The kernel has everything that was sent, and transmits it without waiting for the client. So podway can destroy the
   * stream without loss, even if the client then sends bytes that the kernel answers with a reset. Text that waits for
   * the end of the turn is not sent yet: see `flush`.
   */
  get isSent(): boolean {
    return this.#sent <= INITIAL_CONGESTION_WINDOW && this.#pieceBytes === 0 && this.#writer.isWithKernel;
  }

  /** Calls `sent(true)` when everything sent so far has left the process, or `sent(false)` when it no longer can. */
  whenSent(sent: (all: boolean) => void): void {
    this.#writer.flush();
    this.#awaited ??= [];
    this.#awaited.push(sent);
    if (this.#pieceBytes === 0) this.#awaitStream();
  }

  /** The callback of an empty write runs after all earlier writes are done. */
  #awaitStream(): void {
    const awaited = this.#awaited;
    if (awaited === undefined) return;
    this.#awaited = undefined;
    this.#writer.stream.write('', (error) => {
      for (const sent of awaited) sent(!error);
    });
  }

  /** Ends the stream after everything sent so far. `flushed` is called when all of it has left the process. */
  end(flushed: () => void = nothing): void {
    if (this.#pieceBytes === 0) this.#writer.end(flushed);
    else this.#ended = flushed;
  }

  /** The stream is empty: writes the next pieces to it. */
  drained(): void {
    while (this.#pieceBytes > 0 && this.#writer.queued < LOW_WATERMARK) {
      const piece = this.#pieces.shift() as string | Buffer;
      this.#pieceBytes -= piece.length;
      if (typeof piece === 'string') this.#writer.stream.write(piece, 'latin1');
      else this.#writePiece(piece);
    }
    this.count();
    if (this.#pieceBytes > 0) return;
    this.#awaitStream();
    if (this.#ended !== undefined) {
      this.#writer.stream.end(this.#ended);
      this.#ended = undefined;
    }
  }

  #writePiece(piece: Buffer): void {
    const isIdle = this.#writer.queued === 0;
    this.#writer.stream.write(piece);
    if (isIdle && this.#copiesAtOnce) this.#needs.budget.giveBack(piece);
  }

  /**
   * Counts what has left. A stream reports this only when a queue above the high-water mark is empty, so the worker
   * also counts periodically.
   */
  count(): void {
    const queued = this.#pieceBytes + this.#writer.queued;
    if (queued === this.queued && queued === 0) return;
    const { budget, backlog, clock } = this.#needs;
    const left = this.#sent - queued - this.#writer.waiting;
    if (left > this.#left || this.queued === 0) this.#progressAt = clock.now;
    this.#left = left;
    budget.used += queued - this.queued;
    this.queued = queued;
    if (queued > 0) backlog.add(this);
    else this.#isTaken();
    if (this.full && !this.#stream.writableNeedDrain && this.#stream.writable) this.#askStream();
  }

  #isTaken(): void {
    this.#needs.backlog.delete(this);
    this.client = undefined;
  }

  /** A stream with a high-water mark above LOW_WATERMARK would not emit `drain`. */
  #askStream(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#writer.stream.write('', (error) => {
      this.#asked = false;
      if (!error) this.#stream.emit('drain');
    });
  }

  /** The client is gone: returns its share of the budget. */
  discard(): void {
    this.#needs.budget.used -= this.queued;
    this.#isTaken();
    this.queued = 0;
    this.#pieces.length = 0;
    this.#pieceBytes = 0;
    this.#writer.discard();
    const awaited = this.#awaited ?? [];
    this.#awaited = undefined;
    for (const sent of awaited) sent(false);
  }
}

function nothing(): void {
  // The caller does not wait for the end.
}

function ownMemory(size: number): Buffer {
  return Buffer.allocUnsafeSlow(size);
}
