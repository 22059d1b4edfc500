/** The allocator of a ByteQueue's buffers. */
export interface QueueMemory {
  allocate(size: number): Buffer;
  /** Returns a buffer of `allocate` to which the queue has no reference any more. */
  giveBack(piece: Buffer): void;
}

interface Piece {
  readonly buf: Buffer;
  start: number;
  end: number;
}

/** Maximum size of a buffer that several pieces share, in bytes. A peer may send, or accept, one byte at a time. */
const MAX_SHARED_BUFFER = 4_096;
const INITIAL_BUFFER = 256;

/** A first-in, first-out queue of bytes, which are copied into buffers of `memory`. */
export class ByteQueue {
  /** Bytes in the queue. */
  size = 0;
  readonly #memory: QueueMemory;
  readonly #pieces: Piece[] = [];

  constructor(memory: QueueMemory) {
    this.#memory = memory;
  }

  /** The oldest bytes, as far as one buffer holds them. The queue must not be empty. */
  get first(): { readonly buf: Buffer; readonly start: number; readonly end: number } {
    return this.#pieces[0] as Piece;
  }

  /** Copies `buf[start, end)` to the end of the queue. */
  append(buf: Buffer, start: number, end: number): void {
    const size = end - start;
    let last = this.#pieces.at(-1);
    if (last === undefined || last.buf.length - last.end < size) {
      // A new buffer is as large as the queue, so appending single bytes needs few allocations.
      const room = Math.max(size, Math.min(MAX_SHARED_BUFFER, Math.max(INITIAL_BUFFER, this.size)));
      last = { buf: this.#memory.allocate(room), start: 0, end: 0 };
      this.#pieces.push(last);
    }
    buf.copy(last.buf, last.end, start, end);
    last.end += size;
    this.size += size;
  }

  /** Removes `size` bytes from the front; at most as many as `first` has. */
  drop(size: number): void {
    const piece = this.#pieces[0] as Piece;
    piece.start += size;
    this.size -= size;
    if (piece.start < piece.end) return;
    this.#pieces.shift();
    this.#memory.giveBack(piece.buf);
  }

  /** Removes all bytes. */
  clear(): void {
    for (const { buf } of this.#pieces) this.#memory.giveBack(buf);
    this.#pieces.length = 0;
    this.size = 0;
  }
}
