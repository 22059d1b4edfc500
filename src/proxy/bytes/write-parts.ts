import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/**
 * Up to here text and bytes are joined into one string and written with one system call: copying is cheaper than a
 * second buffer in the same write. Below the 16 KiB that Node encodes without allocating.
 */
export const JOINED = 16_000;
/** So many bytes of a client are always joined, with any framing around them (a chunk's: 13 bytes at most). */
export const JOINED_BODY = JOINED - 64;

/** So few bytes are copied even where they are written by themselves, behind a large head: what they were read into is shared. */
export const SMALL_BODY = 2_048;

/** What goes out together: latin1 text, bytes, latin1 text; each may be empty. */
export interface Parts {
  readonly text: string;
  readonly buf: Buffer;
  readonly start: number;
  readonly end: number;
  readonly tail: string;
}

const NO_BYTES = Buffer.alloc(0);

/** Latin1 text alone. */
export function textOnly(text: string): Parts {
  return { text, buf: NO_BYTES, start: 0, end: 0, tail: '' };
}

/** Bytes of all parts together. */
export function sizeOf({ text, start, end, tail }: Parts): number {
  return text.length + end - start + tail.length;
}

/**
 * Writes large parts with one system call where possible. Returns true when the stream still refers to `buf`, which must
 * then not be changed.
 */
export function writeTogether(stream: Duplex, parts: Parts): boolean {
  const { text, buf, start, end, tail } = parts;
  // After queued bytes these would be queued for certain: a copy frees the read buffer at once.
  const queued = stream.writableLength > 0;
  // And a stream in memory hands on the bytes themselves, which its reader may keep.
  const copied = queued || end - start <= SMALL_BODY || !(stream instanceof Socket);
  const bytes = copied ? Buffer.from(buf.subarray(start, end)) : buf.subarray(start, end);
  if (text === '' && tail === '') {
    stream.write(bytes);
  } else {
    stream.cork();
    if (text !== '') stream.write(text, 'latin1');
    stream.write(bytes);
    if (tail !== '') stream.write(tail, 'latin1');
    stream.uncork();
  }
  return !copied && stream.writableLength > 0 && !copiesAtOnce(stream);
}

/**
 * A write to an idle TLSSocket refers to its bytes no longer than it takes: they are encrypted by then, or copied as long as that
 * cannot be (Node's `TLSWrap::DoWrite`). What such a socket has queued before they come it keeps, as any other does.
 */
export function copiesAtOnce(stream: Duplex): boolean {
  return stream instanceof TLSSocket && !stream.connecting;
}

/** The parts as one piece of their own, in memory that `allocate` gives, to be written later; text is latin1. */
export function copyParts(parts: Parts, allocate: (size: number) => Buffer): string | Buffer {
  const size = sizeOf(parts);
  if (size <= JOINED) return joined(parts);
  const { text, buf, start, end, tail } = parts;
  const piece = allocate(size);
  piece.write(text, 'latin1');
  buf.copy(piece, text.length, start, end);
  piece.write(tail, size - tail.length, 'latin1');
  return piece;
}

/** All parts as one latin1 string. */
export function joined({ text, buf, start, end, tail }: Parts): string {
  return start === end ? text + tail : text + buf.toString('latin1', start, end) + tail;
}
