import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { directlyWritable, writeDirectly } from './direct-writes.ts';
import type { Deferred, LoopTurn } from './loop-turn.ts';
import { MAX_JOINED_BYTES, joined, type Parts, sizeOf, textOnly, writeTogether } from './write-parts.ts';

/**
 * The writing side of one socket. Small parts are joined until the end of the turn of the event loop and written with
 * one system call. A large part is written at once, after the small ones.
 */
export class SocketWriter implements Deferred {
  readonly #stream: Duplex;
  /** The stream, if podway may write to its handle. */
  readonly #socket: Socket | undefined;
  readonly #turn: LoopTurn;
  /** Called at the end of the turn; it must call `flush`. */
  readonly #owner: Deferred;
  /** The stream may have queued bytes. Until it has none, all other bytes are written to it, too. */
  #isStreamUsed = false;
  /** Bytes written to the handle that the kernel has not taken yet. */
  #pending = 0;
  /** Latin1 text that is not written yet, at most JOINED characters. */
  #text = '';
  /** Bytes written to the socket since the connection was opened, including those that are queued. */
  offered = 0;

  constructor(stream: Duplex, turn: LoopTurn, owner?: Deferred) {
    this.#stream = stream;
    this.#socket = directlyWritable(stream);
    this.#turn = turn;
    this.#owner = owner ?? this;
  }

  /** Bytes that are not written to the socket yet. */
  get waiting(): number {
    return this.#text.length;
  }

  /** Bytes that the kernel has not taken yet. */
  get queued(): number {
    if (!this.#isStreamUsed) return this.#pending;
    const { writableLength } = this.#stream;
    if (writableLength === 0) this.#isStreamUsed = false;
    return this.#pending + writableLength;
  }

  /** The stream, for a caller that writes to it at once, after `flush`. */
  get stream(): Duplex {
    this.#isStreamUsed = true;
    return this.#stream;
  }

  /** The kernel has taken all bytes. */
  get idle(): boolean {
    return this.#text === '' && this.queued === 0;
  }

  /** The kernel has all bytes, and delivers them even if podway closes the socket. */
  get isWithKernel(): boolean {
    return this.#socket !== undefined && this.idle;
  }

  /** The socket has enough bytes queued; it emits `drain` later. */
  get full(): boolean {
    return this.#stream.writableNeedDrain;
  }

  /** Returns true if the socket still refers to `parts.buf`, which must not change until the socket has drained. */
  write(parts: Parts): boolean {
    const size = sizeOf(parts);
    if (size > MAX_JOINED_BYTES) {
      const text = this.#text + parts.text;
      this.offered += this.#text.length + size;
      this.#text = '';
      return writeTogether(this.stream, { ...parts, text });
    }
    if (this.#text.length + size > MAX_JOINED_BYTES) this.flush();
    if (this.#text === '' && size > 0) this.#turn.atEnd(this.#owner);
    this.#text += joined(parts);
    return false;
  }

  /** Writes latin1 text. */
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

  /** Ends the stream after all written bytes. `flushed` is called when the kernel has taken them. */
  end(flushed?: () => void): void {
    this.flush();
    this.stream.end(flushed);
  }

  discard(): void {
    this.#text = '';
  }
}
