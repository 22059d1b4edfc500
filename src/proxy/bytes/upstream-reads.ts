import { type Hold, LARGE, MEDIUM, type ReadBuffers } from './read-buffers.ts';

/** Chooses the buffer for each read of one connection to a pod. */
export class UpstreamReads {
  /** The buffer for the next read. */
  buffer: Buffer;
  readonly #buffers: ReadBuffers;
  /** What happened to the bytes of the current read. */
  #hold: Hold = 'free';
  /** The largest read of the current exchange and of the one before it, in bytes. */
  #largest = 0;
  #previous = 0;
  /** Consecutive reads of many bytes that were sent, over any number of exchanges. */
  #sentInRow = 0;

  constructor(buffers: ReadBuffers) {
    this.#buffers = buffers;
    this.buffer = buffers.first();
  }

  /** The buffer is one of those of which a worker has few. */
  get isLarge(): boolean {
    return this.buffer.length >= LARGE;
  }

  /** Records what happened to `buf`. If it is the read buffer and `kept`, podway reads the next bytes into another one. */
  recordHold(buf: Buffer, hold: Hold): void {
    if (buf === this.buffer && this.#hold !== 'kept') this.#hold = hold;
  }

  /** A read of `size` bytes is processed. `idle`: no exchange uses the connection now. */
  processed(size: number, idle: boolean): void {
    const hold = this.#hold;
    const previous = this.#previous;
    this.#largest = Math.max(this.#largest, size);
    const largest = this.#largest;
    if (size >= MEDIUM || hold === 'kept') this.#sentInRow = hold === 'sent' ? this.#sentInRow + 1 : 0;
    const outcome = { size, largest, previous, sentInRow: this.#sentInRow, hold, idle };
    this.buffer = this.#buffers.next(this.buffer, outcome);
    this.#hold = 'free';
    if (!idle) return;
    this.#previous = largest;
    this.#largest = 0;
  }

  /** The connection is closed. No pending write may refer to the buffer. */
  giveBack(): void {
    this.#buffers.giveBack(this.buffer);
    // Another connection may own the memory from now on.
    this.buffer = this.#buffers.first();
  }
}
