import type { Socket } from 'node:net';
import type { ReadInto } from '../../bytes/read-by-data.ts';

/** Maximum size of a TLS record (RFC 8446 section 5.1), in bytes. Node delivers one record at a time. */
const MAX_TLS_RECORD = 16_384;
const BLOCK_SIZE = 4 * MAX_TLS_RECORD;
/** Maximum number of free blocks that are kept for later use. */
const MAX_SPARE_BLOCKS = 16;

const spare: Buffer[] = [];

/**
 * Writes what a pod sends to its client, from blocks that all connections share: an idle connection has none. Small pieces are
 * written at once. Large pieces that arrive in one turn of the event loop are written together, since a write costs more than
 * a copy.
 */
export class ClientWrites implements ReadInto {
  readonly #socket: Socket;
  readonly #full: () => void;
  #block: Buffer | undefined;
  #size = 0;
  #isDue = false;

  /** @param full called when the socket's buffer is full; the socket emits `drain` later */
  constructor(socket: Socket, full: () => void) {
    this.#socket = socket;
    this.#full = full;
  }

  readonly buffer = (): Buffer => {
    this.#block ??= spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_SIZE);
    return this.#size === 0 ? this.#block : this.#block.subarray(this.#size);
  };

  readonly callback = (size: number): boolean => {
    this.#size += size;
    const isAlone = this.#size === size && size < MAX_TLS_RECORD - 1_024;
    if (isAlone || this.#size > BLOCK_SIZE - MAX_TLS_RECORD) return this.#write();
    if (!this.#isDue) setImmediate(this.#due);
    this.#isDue = true;
    return true;
  };

  /** Writes the collected bytes. */
  flush(): void {
    if (this.#size > 0) this.#write();
  }

  readonly #due = (): void => {
    this.#isDue = false;
    if (this.#size > 0 && !this.#write()) this.#full();
  };

  #write(): boolean {
    const block = this.#block;
    if (block === undefined) return true;
    const socket = this.#socket;
    const size = this.#size;
    this.#block = undefined;
    this.#size = 0;
    if (size < MAX_TLS_RECORD) {
      socket.write(block.subarray(0, size));
      // If the kernel did not take all bytes, the socket still refers to the block.
      if (socket.writableLength === 0) give(block);
    } else socket.write(block.subarray(0, size), () => give(block));
    return !socket.writableNeedDrain;
  }
}

function give(block: Buffer): void {
  if (spare.length < MAX_SPARE_BLOCKS) spare.push(block);
}
