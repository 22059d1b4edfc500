import type { Duplex } from 'node:stream';

/** Where a stream delivers its bytes: the `onread` option of `net.connect`. */
export interface ReadInto {
  /** What the next read goes into: its whole length may be filled. */
  readonly buffer: () => Buffer;
  /** Return false to stop reading until the stream is resumed. */
  readonly callback: (size: number, buffer: Uint8Array) => boolean;
}

/**
 * For a stream that has no `onread`: hands out its chunks in the same pieces that a socket would read. A stream that is paused
 * keeps the rest of a chunk, and one that is destroyed delivers no more of it. Returns how to stop that.
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
