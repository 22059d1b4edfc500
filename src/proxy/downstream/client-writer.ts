import type { Duplex } from 'node:stream';
import { type BufferBudget, LOW_WATERMARK } from '../bytes/buffer-budget.ts';
import type { Deferred, LoopTurn } from '../bytes/loop-turn.ts';
import type { SendQueue } from '../exchange/ends.ts';
import type { Roster } from '../load/roster.ts';
import type { WorkerCounts } from '../counts/worker-counts.ts';
import { SocketWriter } from '../bytes/socket-writer.ts';
import { copiesAtOnce, copyParts, JOINED, type Parts, sizeOf } from '../bytes/write-parts.ts';

/** Bytes that TCP sends before the first acknowledgement: ten segments of 1,400 bytes (RFC 6928). */
const FIRST_FLIGHT = 14_000;

/** Something that counts again what its client has not read. */
export interface Counted {
  /** Its place in the backlog; -1: none. */
  backlogSeat: number;
  count(): void;
}

export interface WriterNeeds {
  readonly clock: { readonly now: number };
  readonly turn: LoopTurn;
  readonly counts: WorkerCounts;
  readonly budget: BufferBudget;
  /** Clients that have not taken all that was written to them. */
  readonly backlog: Roster<'backlogSeat', Counted>;
}

/**
 * Bytes queued for one client that the kernel has not accepted: counted against the worker's buffer budget, and watched
 * for progress, since a slow reader is not a stalled one. The stream gets a piece at a time: it would hand everything it
 * holds to the kernel in one write and not say how much of that has gone.
 */
export class ClientWriter implements Deferred, SendQueue {
  /** Bytes that the kernel had not taken when last looked at; what it was not yet offered does not count. */
  queued = 0;
  backlogSeat = -1;
  readonly #needs: WriterNeeds;
  readonly #stream: Duplex;
  readonly #writer: SocketWriter;
  /** Behind what the stream has; a string is latin1. */
  readonly #pieces: (string | Buffer)[] = [];
  #pieceBytes = 0;
  /** Memory of pieces is free again once they are written. */
  readonly #copiesAtOnce: boolean;
  readonly #allocate: BufferBudget['allocate'];
  #sent = 0;
  #left = 0;
  #progressAt = 0;
  #ended: (() => void) | undefined;
  /** The stream has been asked to say when it has drained. */
  #asked = false;
  /** Called when the pieces before them have left. */
  #awaited: ((all: boolean) => void)[] | undefined;

  constructor(needs: WriterNeeds, stream: Duplex) {
    this.#needs = needs;
    this.#stream = stream;
    this.#copiesAtOnce = copiesAtOnce(stream);
    this.#allocate = this.#copiesAtOnce ? needs.budget.allocate : ownMemory;
    this.#writer = new SocketWriter(stream, needs.turn, this);
  }

  /** Nothing more should be written until the stream has drained. */
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

  /** True: the socket still refers to `parts.buf` (see SocketWriter). */
  send(parts: Parts): boolean {
    const size = sizeOf(parts);
    this.#sent += size;
    this.#needs.counts.scalars.downstream_sent_bytes += size;
    let isKept = false;
    if (this.#waits(size)) {
      // What waits in the writer comes first.
      this.#writer.flush();
      this.#pieces.push(copyParts(parts, this.#allocate));
      this.#pieceBytes += size;
    } else {
      isKept = this.#writer.write(parts);
    }
    this.count();
    return isKept;
  }

  /** Whether so much has to wait for what the stream has. */
  #waits(size: number): boolean {
    const { queued } = this.#writer;
    if (this.#pieceBytes > 0 || queued >= LOW_WATERMARK) return true;
    // After any write that is under way the stream would keep a large one, in memory that is not used again.
    return this.#copiesAtOnce && queued > 0 && size > JOINED;
  }

  /** At the end of the turn, or before. */
  flush(): void {
    this.#writer.flush();
    this.count();
  }

  /**
   * The kernel has all that was sent, and sends it without waiting for the client: nothing is lost when the stream is destroyed, not even
   * if the client then sends what the kernel answers with a reset. What waits for the end of the turn is not sent: see `flush`.
   */
  get isSent(): boolean {
    return this.#sent <= FIRST_FLIGHT && this.#pieceBytes === 0 && this.#writer.isWithKernel;
  }

  /** Calls `sent` when everything sent so far has left the process: true; or when it never will: false. */
  whenSent(sent: (all: boolean) => void): void {
    this.#writer.flush();
    this.#awaited ??= [];
    this.#awaited.push(sent);
    if (this.#pieceBytes === 0) this.#awaitStream();
  }

  /** An empty write is done when all writes before it are. */
  #awaitStream(): void {
    const awaited = this.#awaited;
    if (awaited === undefined) return;
    this.#awaited = undefined;
    this.#writer.stream.write('', (error) => {
      for (const sent of awaited) sent(!error);
    });
  }

  /** Ends the stream after everything sent so far; `flushed` is called when all of it has left. */
  end(flushed: () => void = nothing): void {
    if (this.#pieceBytes === 0) this.#writer.end(flushed);
    else this.#ended = flushed;
  }

  /** The stream is empty: it gets the next pieces. */
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
   * Finds out what has left. Streams say so only when a queue above the high-water mark is empty, so the worker counts
   * from time to time as well.
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
    else backlog.delete(this);
    if (this.full && !this.#stream.writableNeedDrain && this.#stream.writable) this.#askStream();
  }

  /** A stream whose own high-water mark is above ours would not say that it has drained. */
  #askStream(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#writer.stream.write('', (error) => {
      this.#asked = false;
      if (!error) this.#stream.emit('drain');
    });
  }

  /** The client is gone, and its share of the budget free. */
  discard(): void {
    this.#needs.budget.used -= this.queued;
    this.#needs.backlog.delete(this);
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
  // It is not waited for.
}

function ownMemory(size: number): Buffer {
  return Buffer.allocUnsafeSlow(size);
}
