import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/**
 * Text and bytes of at most this size are joined into one string and written with one system call: copying is cheaper
 * than a second buffer in the same write. It is less than the 16 KiB that Node encodes without allocating.
 */
export const MAX_JOINED_BYTES = 16_000;
/** This many bytes from a client are always joined, with any framing around them (at most 13 bytes for a chunk). */
export const MAX_JOINED_BODY_BYTES = MAX_JOINED_BYTES - 64;

/** This many bytes are copied even if they are written separately, after a large head: their read buffer is shared. */
export const SMALL_BODY = 2_048;

/** Data that is written together: latin1 text, bytes, latin1 text. Each may be empty. */
export interface Parts {
  readonly text: string;
  readonly buf: Buffer;
  readonly start: number;
  readonly end: number;
  readonly tail: string;
}

const NO_BYTES = Buffer.alloc(0);

/** Parts that contain only latin1 text. */
export function textOnly(text: string): Parts {
  return { text, buf: NO_BYTES, start: 0, end: 0, tail: '' };
}

/** Size of all parts together, in bytes. */
export function sizeOf({ text, start, end, tail }: Parts): number {
  return text.length + end - start + tail.length;
}

/**
 * Writes large parts with one system call where possible. Returns true if the stream still refers to `buf`, which must
 * then not change.
 */
export function writeTogether(stream: Duplex, parts: Parts): boolean {
  const { text, buf, start, end, tail } = parts;
  // If the stream already has queued bytes, it queues these as well: a copy frees the read buffer at once.
  const queued = stream.writableLength > 0;
  // A stream in memory passes on the bytes themselves, and its reader may keep them.
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
 * A write to an idle TLSSocket does not refer to its bytes after the call: Node has encrypted them, or copied them if
 * it cannot encrypt yet (`TLSWrap::DoWrite`). Behind queued bytes, a TLSSocket refers to its bytes as any other stream
 * does.
 */
export function copiesAtOnce(stream: Duplex): boolean {
  return stream instanceof TLSSocket && !stream.connecting;
}

/** Copies the parts into one piece to write later: a latin1 string, or bytes in memory from `allocate` if it is large. */
export function copyParts(parts: Parts, allocate: (size: number) => Buffer): string | Buffer {
  const size = sizeOf(parts);
  if (size <= MAX_JOINED_BYTES) return joined(parts);
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
