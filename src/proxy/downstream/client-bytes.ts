import type { Reader } from './accepted-socket.ts';
import { ByteWindow } from '../bytes/byte-window.ts';
import { type Hold, type ReadBuffers, SMALL_READ } from '../bytes/read-buffers.ts';
import { JOINED_BODY } from '../bytes/write-parts.ts';

export interface Receiver {
  /** The client sent `buf[0, size)`: it is to be said `came`, and later `dealtWith`. */
  received(buf: Buffer, size: number): void;
}

/** The bytes of one client that no consumer has taken yet, and where its next bytes go. */
export class ClientBytes implements Reader {
  readonly window = new ByteWindow();
  /** What the next bytes are read into, and how many of them at most. */
  readBuffer: Buffer;
  readSize = SMALL_READ;
  /** The last read brought as many bytes as it could: more may lie in the kernel. */
  mayHaveMore = false;
  readonly #buffers: ReadBuffers;
  readonly #receiver: Receiver;
  /** Of the bytes just read. */
  #hold: Hold = 'free';
  /** Reads in a row that filled their buffer and were sent. */
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
   * What became of bytes in `buf`: perhaps a pending write still refers to it. What had to be kept lies in memory of its own,
   * where nothing is overwritten.
   */
  passedOn(buf: Buffer, hold: Hold): void {
    if (buf === this.readBuffer && this.#hold !== 'kept') this.#hold = hold;
  }

  /** `buf[0, size)` came. */
  came(buf: Buffer, size: number): void {
    const { shared } = this.#buffers;
    this.mayHaveMore = size >= this.readSize;
    // Such an amount is written as it is, perhaps not at once.
    this.readBuffer = buf === shared && size > JOINED_BODY ? this.#buffers.own(size) : buf;
    this.window.borrow(this.readBuffer, size);
  }

  /** They have been dealt with. `upload`: more of a body is to come; `readSize`: as much may come with the next read. */
  dealtWith(next: 'upload' | 'other', readSize: number): void {
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
