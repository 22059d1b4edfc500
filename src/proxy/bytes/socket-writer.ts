import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { directlyWritable, writeDirectly } from './direct-writes.ts';
import type { Deferred, LoopTurn } from './loop-turn.ts';
import { JOINED, joined, type Parts, sizeOf, textOnly, writeTogether } from './write-parts.ts';

/**
 * The writing side of one socket. Small parts are joined until the loop's turn ends and leave with one system call;
 * what is large leaves at once, after them.
 */
export class SocketWriter implements Deferred {
  readonly #stream: Duplex;
  /** The same, if its handle may be written to. */
  readonly #socket: Socket | undefined;
  readonly #turn: LoopTurn;
  /** Called at the end of the turn; it calls `flush`. */
  readonly #owner: Deferred;
  /** The stream may hold something that was written to it as such; while it does, all else goes there, too. */
  #isStreamUsed = false;
  /** Written past the stream, and not taken by the kernel yet. */
  #pending = 0;
  /** Latin1, at most JOINED. */
  #text = '';
  /** Bytes offered to the stream since the connection was opened. */
  offered = 0;

  constructor(stream: Duplex, turn: LoopTurn, owner?: Deferred) {
    this.#stream = stream;
    this.#socket = directlyWritable(stream);
    this.#turn = turn;
    this.#owner = owner ?? this;
  }

  /** Bytes that were not offered to the stream yet. */
  get waiting(): number {
    return this.#text.length;
  }

  /** Bytes that the kernel did not take. */
  get queued(): number {
    if (!this.#isStreamUsed) return this.#pending;
    const { writableLength } = this.#stream;
    if (writableLength === 0) this.#isStreamUsed = false;
    return this.#pending + writableLength;
  }

  /** The stream, to write to it: at once, and after `flush`. */
  get stream(): Duplex {
    this.#isStreamUsed = true;
    return this.#stream;
  }

  /** All that was written has left this process. */
  get idle(): boolean {
    return this.#text === '' && this.queued === 0;
  }

  /** The kernel has all that was written, and delivers it also when this process closes the socket. */
  get isWithKernel(): boolean {
    return this.#socket !== undefined && this.idle;
  }

  /** The socket holds enough; it will say when it has drained. */
  get full(): boolean {
    return this.#stream.writableNeedDrain;
  }

  /** True: the socket still refers to `parts.buf`, which must not change until it has drained. */
  write(parts: Parts): boolean {
    const size = sizeOf(parts);
    if (size > JOINED) {
      const text = this.#text + parts.text;
      this.offered += this.#text.length + size;
      this.#text = '';
      return writeTogether(this.stream, { ...parts, text });
    }
    if (this.#text.length + size > JOINED) this.flush();
    if (this.#text === '' && size > 0) this.#turn.atEnd(this.#owner);
    this.#text += joined(parts);
    return false;
  }

  /** Latin1. */
  writeText(text: string): void {
    this.write(textOnly(text));
  }

  flush(): void {
    const text = this.#text;
    if (text === '') return;
    this.#text = '';
    this.offered += text.length;
    if (!this.#writeDirectly(text) && !this.#stream.destroyed) this.stream.write(text, 'latin1');
  }

  #writeDirectly(text: string): boolean {
    const socket = this.#socket;
    if (socket === undefined || this.queued > 0) return false;
    const pending = writeDirectly(socket, text, () => (this.#pending = 0));
    if (pending < 0) return false;
    this.#pending = pending;
    return true;
  }

  /** Ends the stream after everything written; `flushed` is called when all of it has left. */
  end(flushed?: () => void): void {
    this.flush();
    this.stream.end(flushed);
  }

  discard(): void {
    this.#text = '';
  }
}
