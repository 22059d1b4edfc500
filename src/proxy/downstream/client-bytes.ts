import type { Reader } from './accepted-socket.ts';
import { ByteWindow } from '../bytes/byte-window.ts';
import { type Hold, type ReadBuffers, SMALL_READ } from '../bytes/read-buffers.ts';
import { MAX_JOINED_BODY_BYTES } from '../bytes/write-parts.ts';

export interface Receiver {
  /** The client sent `buf[0, size)`. The receiver must call `bytesReceived`, and later `processed`. */
  received(buf: Buffer, size: number): void;
}

/** The bytes of one client that no consumer has taken yet, and the buffer for the next bytes. */
export class ClientBytes implements Reader {
  readonly window = new ByteWindow();
  /** The buffer for the next read, and the maximum size of that read. */
  readBuffer: Buffer;
  readSize = SMALL_READ;
  /** The last read brought as many bytes as it could: the kernel may have more. */
  mayHaveMore = false;
  readonly #buffers: ReadBuffers;
  readonly #receiver: Receiver;
  /** What happened to the bytes of the last read. */
  #hold: Hold = 'free';
  /** Consecutive reads that filled their buffer and were sent. */
  #sentInRow = 0;

  constructor(buffers: ReadBuffers, receiver: Receiver) {
    this.#buffers = buffers;
    this.#receiver = receiver;
    this.readBuffer = buffers.shared;
  }

  received(buf: Buffer, size: number): void {
    this.#receiver.received(buf, size);
  }

  /**
   * Records whether a pending write still refers to bytes in `buf`. If `buf` is not the read buffer, it is memory of
   * the window, which is never overwritten.
   */
  recordHold(buf: Buffer, hold: Hold): void {
    if (buf === this.readBuffer && this.#hold !== 'kept') this.#hold = hold;
  }

  /** The client sent `buf[0, size)`. */
  bytesReceived(buf: Buffer, size: number): void {
    const { shared } = this.#buffers;
    this.mayHaveMore = size >= this.readSize;
    // A read of this size is written without a copy, and perhaps later, so this client needs its own buffer.
    this.readBuffer = buf === shared && size > MAX_JOINED_BODY_BYTES ? this.#buffers.own(size) : buf;
    this.window.borrow(this.readBuffer, size);
  }

  /**
   * The bytes of the last read are processed. `upload`: more of a body follows. `readSize`: maximum size of the next
   * read.
   */
  processed(next: 'upload' | 'other', readSize: number): void {
    const hold = this.#hold;
    const isFilled = this.mayHaveMore && this.readSize === this.readBuffer.length;
    this.#sentInRow = hold === 'sent' && isFilled ? this.#sentInRow + 1 : 0;
    this.readBuffer =
      next === 'upload'
        ? this.#buffers.nextOfUpload(this.readBuffer, { hold, sentInRow: this.#sentInRow })
        : this.#buffers.nextOfClient(this.readBuffer, hold);
    this.readSize = Math.min(readSize, this.readBuffer.length);
    this.#hold = 'free';
  }

  /** The client is gone. */
  discard(): void {
    this.#buffers.giveBack(this.readBuffer);
    this.readBuffer = this.#buffers.shared;
    this.window.clear();
  }
}
