import type { Duplex } from 'node:stream';
import { LOW_WATERMARK } from '../bytes/buffer-budget.ts';
import type { Deferred } from '../bytes/loop-turn.ts';
import type { Plane } from '../plane.ts';
import { SocketWriter } from '../bytes/socket-writer.ts';
import { copyParts, type Parts, sizeOf } from '../bytes/write-parts.ts';

/**
 * What was written to one client and has not left the process: counted against the worker's buffer budget, and watched
 * for progress, since a slow reader is not a stalled one. The stream gets a piece at a time: it would hand everything it
 * holds to the kernel in one write and not tell how much of that has gone.
 */
export class ClientWriter implements Deferred {
  /** Bytes that the kernel had not taken when last looked at; what it was not yet offered does not count. */
  queued = 0;
  readonly #plane: Plane;
  readonly #stream: Duplex;
  readonly #writer: SocketWriter;
  /** Behind what the stream has; a string is latin1. */
  readonly #pieces: (string | Buffer)[] = [];
  #pieceBytes = 0;
  #sent = 0;
  #left = 0;
  #progressAt = 0;
  #ended: (() => void) | undefined;
  /** The stream has been asked to say when it has drained. */
  #asked = false;
  /** Told when the pieces before them have left. */
  #awaited: ((all: boolean) => void)[] | undefined;

  constructor(plane: Plane, stream: Duplex) {
    this.#plane = plane;
    this.#stream = stream;
    this.#writer = new SocketWriter(stream, plane.turn, this);
  }

  /** Nothing more should be written until the stream has drained. */
  get full(): boolean {
    return this.queued >= LOW_WATERMARK;
  }

  /** On the worker's clock: when a client that takes nothing from now on is given up. */
  get patience(): number {
    return this.#progressAt + this.#plane.settings.clientIdleTimeout;
  }

  /** Something is queued and the client has taken bytes not long ago. */
  get moving(): boolean {
    this.look();
    return this.queued > 0 && this.patience > this.#plane.clock.now;
  }

  /** True: the socket still refers to `parts.buf` (see SocketWriter). */
  send(parts: Parts): boolean {
    const size = sizeOf(parts);
    this.#sent += size;
    this.#plane.ledger.scalars.downstream_sent_bytes += size;
    let retained = false;
    if (this.#pieceBytes > 0 || this.#stream.writableLength >= LOW_WATERMARK) {
      // What waits in the writer comes first.
      this.#writer.flush();
      this.#pieces.push(copyParts(parts));
      this.#pieceBytes += size;
    } else {
      retained = this.#writer.write(parts);
    }
    this.look();
    return retained;
  }

  /** At the end of the turn, or before. */
  flush(): void {
    this.#writer.flush();
    this.look();
  }

  /** Calls `sent` when everything sent so far has left the process: true; or when it never will: false. */
  whenSent(sent: (all: boolean) => void): void {
    this.#writer.flush();
    this.#awaited ??= [];
    this.#awaited.push(sent);
    if (this.#pieceBytes === 0) this.#awaitStream();
  }

  /** A write of nothing is done when all before it is. */
  #awaitStream(): void {
    const awaited = this.#awaited;
    if (awaited === undefined) return;
    this.#awaited = undefined;
    this.#stream.write('', (error) => {
      for (const sent of awaited) sent(!error);
    });
  }

  /** Ends the stream behind everything sent so far; `flushed` is called when all of it has left. */
  end(flushed: () => void): void {
    if (this.#pieceBytes === 0) this.#writer.end(flushed);
    else this.#ended = flushed;
  }

  /** The stream is empty: it gets the next pieces. */
  drained(): void {
    while (this.#pieceBytes > 0 && this.#stream.writableLength < LOW_WATERMARK) {
      const piece = this.#pieces.shift() as string | Buffer;
      this.#pieceBytes -= piece.length;
      if (typeof piece === 'string') this.#stream.write(piece, 'latin1');
      else this.#stream.write(piece);
    }
    this.look();
    if (this.#pieceBytes > 0) return;
    this.#awaitStream();
    if (this.#ended !== undefined) {
      this.#stream.end(this.#ended);
      this.#ended = undefined;
    }
  }

  /**
   * Finds out what has left. Streams say so only when a queue above the high-water mark is empty, so the worker looks
   * from time to time as well.
   */
  look(): void {
    const queued = this.#pieceBytes + this.#stream.writableLength;
    if (queued === this.queued && queued === 0) return;
    const { budget, backlog, clock } = this.#plane;
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
    this.#stream.write('', (error) => {
      this.#asked = false;
      if (!error) this.#stream.emit('drain');
    });
  }

  /** The client is gone, and its share of the budget free. */
  discard(): void {
    this.#plane.budget.used -= this.queued;
    this.#plane.backlog.delete(this);
    this.queued = 0;
    this.#pieces.length = 0;
    this.#pieceBytes = 0;
    this.#writer.discard();
    const awaited = this.#awaited ?? [];
    this.#awaited = undefined;
    for (const sent of awaited) sent(false);
  }
}
