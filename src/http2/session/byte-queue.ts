/** Memory for bytes that wait. */
export interface QueueMemory {
  allocate(size: number): Buffer;
  /** Nothing refers any more to what `allocate` gave. */
  giveBack(piece: Buffer): void;
}

interface Piece {
  readonly buf: Buffer;
  start: number;
  end: number;
}

/** Pieces below it share memory: a peer may send, or take, one byte at a time. */
const SMALL = 4_096;
const FIRST = 256;

/** Copies of bytes that wait, in their order. */
export class ByteQueue {
  size = 0;
  readonly #memory: QueueMemory;
  readonly #pieces: Piece[] = [];

  constructor(memory: QueueMemory) {
    this.#memory = memory;
  }

  /** The next bytes that lie together. There must be some. */
  get first(): { readonly buf: Buffer; readonly start: number; readonly end: number } {
    return this.#pieces[0] as Piece;
  }

  append(buf: Buffer, start: number, end: number): void {
    const size = end - start;
    let last = this.#pieces.at(-1);
    if (last === undefined || last.buf.length - last.end < size) {
      // Twice as much as waits already, so that single bytes cost little.
      const room = Math.max(size, Math.min(SMALL, Math.max(FIRST, this.size)));
      last = { buf: this.#memory.allocate(room), start: 0, end: 0 };
      this.#pieces.push(last);
    }
    buf.copy(last.buf, last.end, start, end);
    last.end += size;
    this.size += size;
  }

  /** So many of `first` are needed no longer. */
  drop(size: number): void {
    const piece = this.#pieces[0] as Piece;
    piece.start += size;
    this.size -= size;
    if (piece.start < piece.end) return;
    this.#pieces.shift();
    this.#memory.giveBack(piece.buf);
  }

  clear(): void {
    for (const { buf } of this.#pieces) this.#memory.giveBack(buf);
    this.#pieces.length = 0;
    this.size = 0;
  }
}
