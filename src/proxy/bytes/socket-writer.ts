import type { Duplex } from 'node:stream';
import type { Deferred, LoopTurn } from './loop-turn.ts';
import { JOINED, joined, type Parts, sizeOf, textOnly, writeTogether } from './write-parts.ts';

/**
 * The writing side of one socket. Small parts are joined until the loop's turn ends and leave with one system call;
 * what is large leaves at once, after them.
 */
export class SocketWriter implements Deferred {
  readonly #stream: Duplex;
  readonly #turn: LoopTurn;
  /** Called at the end of the turn; it calls `flush`. */
  readonly #owner: Deferred;
  /** Latin1, at most JOINED. */
  #text = '';
  /** Bytes offered to the stream since the connection was opened. */
  offered = 0;

  constructor(stream: Duplex, turn: LoopTurn, owner?: Deferred) {
    this.#stream = stream;
    this.#turn = turn;
    this.#owner = owner ?? this;
  }

  /** Bytes that were not offered to the stream yet. */
  get waiting(): number {
    return this.#text.length;
  }

  /** Bytes that the kernel did not take. */
  get queued(): number {
    return this.#stream.writableLength;
  }

  /** All that was written has left this process. */
  get idle(): boolean {
    return this.#text === '' && this.#stream.writableLength === 0;
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
      return writeTogether(this.#stream, { ...parts, text });
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
    if (!this.#stream.destroyed) this.#stream.write(text, 'latin1');
  }

  /** Ends the stream after everything written; `flushed` is called when all of it has left. */
  end(flushed?: () => void): void {
    this.flush();
    this.#stream.end(flushed);
  }

  discard(): void {
    this.#text = '';
  }
}
