import type { Duplex } from 'node:stream';

/** Where a stream delivers its bytes: as in the `onread` option of `net.connect`. */
export interface ReadInto {
  /** Returns the buffer for the next read, which may fill its whole length. */
  readonly buffer: () => Buffer;
  /** Returns false to stop reading until the stream is resumed. */
  readonly callback: (size: number, buffer: Uint8Array) => boolean;
}

/**
 * For a stream that does not support `onread`: delivers its chunks in the pieces that a socket would read. A paused
 * stream keeps the rest of a chunk, and a destroyed one delivers no more of it. Returns a function that ends the
 * delivery.
 */
export function readByData(stream: Duplex, { buffer, callback }: ReadInto): () => void {
  const deliver = (chunk: Buffer) => {
    for (let at = 0; at < chunk.length && !stream.destroyed; ) {
      if (stream.isPaused()) {
        stream.unshift(chunk.subarray(at));
        return;
      }
      const into = buffer();
      const size = chunk.copy(into, 0, at);
      at += size;
      if (!callback(size, into)) stream.pause();
    }
  };
  stream.on('data', deliver);
  stream.resume();
  return () => stream.off('data', deliver);
}
