import type { Duplex } from 'node:stream';
import { readDirectly } from '../../bytes/direct-reads.ts';
import type { Deferred, LoopTurn } from '../bytes/loop-turn.ts';
import type { Reader, SharedBuffer } from './accepted-socket.ts';

/** What all streams that are read in this way share. */
export interface GatheringNeeds {
  readonly buffers: SharedBuffer;
  readonly turn: LoopTurn;
}

/** Maximum size of a TLS record (RFC 8446 section 5.1), in bytes. Node delivers one record at a time. */
const MAX_TLS_RECORD = 16_384;

/**
 * Reads a stream that is not an accepted socket, usually a TLS stream, for a reader. The socket reads into the worker's
 * shared buffer, which it uses only during this turn of the event loop. If the reader has its own buffer, as for a
 * body, podway gathers bytes there until it is full or the turn ends: a pod that gets four records with one write is
 * woken once. A paused stream keeps its bytes, and a destroyed one delivers no more.
 */
export class GatheredReads implements Deferred {
  readonly #stream: Duplex;
  readonly #reader: () => Reader;
  readonly #needs: GatheringNeeds;
  /** The beginning of the shared buffer into which the socket reads next. */
  #part: Buffer;
  /** Bytes in the reader's buffer that the reader has not received yet. */
  #gathered = 0;
  /** `flush` will be called at the end of the turn. */
  #isDeferred = false;
  readonly #deliver = (chunk: Buffer): void => this.#take(chunk);
  readonly #end = (): void => this.#hand();

  /** `reader` is called whenever there are bytes. */
  constructor(stream: Duplex, reader: () => Reader, needs: GatheringNeeds) {
    this.#stream = stream;
    this.#reader = reader;
    this.#needs = needs;
    this.#part = needs.buffers.opening;
    stream.on('data', this.#deliver);
    // Before other listeners learn of the end.
    stream.prependListener('end', this.#end);
    // Bytes that the stream already has come as chunks.
    if (stream.readableLength === 0) {
      readDirectly(stream, { buffer: () => this.#next(), callback: (size) => this.#read(size) });
    }
    stream.resume();
  }

  /** Leaves the stream to another consumer. No bytes are gathered at that time. */
  stop(): void {
    this.#stream.off('data', this.#deliver);
    this.#stream.off('end', this.#end);
  }

  /** Called at the end of the turn of the event loop. */
  flush(): void {
    this.#isDeferred = false;
    this.#hand();
  }

  #next(): Buffer {
    const { shared, opening } = this.#needs.buffers;
    const { readBuffer, readSize } = this.#reader();
    const room = Math.min(readSize, readBuffer.length, MAX_TLS_RECORD + this.#gathered) - this.#gathered;
    if (room !== this.#part.length) {
      this.#part = room === opening.length ? opening : shared.subarray(0, room);
    }
    return this.#part;
  }

  /** A socket has read this many bytes into the shared buffer. */
  #read(size: number): boolean {
    const { shared } = this.#needs.buffers;
    const reader = this.#reader();
    if (reader.readBuffer !== shared && this.#gathered + size <= reader.readSize) {
      shared.copy(reader.readBuffer, this.#gathered, 0, size);
      this.#came(reader, size);
    } else if (reader.readBuffer === shared && size <= reader.readSize) reader.received(shared, size);
    else this.#take(Buffer.from(shared.subarray(0, size)));
    return true;
  }

  #take(chunk: Buffer): void {
    const stream = this.#stream;
    for (let at = 0; at < chunk.length && !stream.destroyed; ) {
      if (stream.isPaused()) {
        stream.unshift(chunk.subarray(at));
        return;
      }
      const reader = this.#reader();
      const { readBuffer, readSize } = reader;
      const room = Math.min(readSize, readBuffer.length) - this.#gathered;
      const size = Math.min(room, chunk.length - at);
      chunk.copy(readBuffer, this.#gathered, at, at + size);
      at += size;
      this.#came(reader, size);
    }
  }

  /** This many bytes were added to the reader's buffer. */
  #came({ readBuffer, readSize }: Reader, size: number): void {
    this.#gathered += size;
    const isFull = this.#gathered >= Math.min(readSize, readBuffer.length);
    // Other sockets read into the shared buffer, too.
    if (isFull || readBuffer === this.#needs.buffers.shared) this.#hand();
    else if (!this.#isDeferred) {
      this.#isDeferred = true;
      this.#needs.turn.atEnd(this);
    }
  }

  #hand(): void {
    const size = this.#gathered;
    if (size === 0) return;
    this.#gathered = 0;
    if (this.#stream.destroyed) return;
    const reader = this.#reader();
    reader.received(reader.readBuffer, size);
  }
}
