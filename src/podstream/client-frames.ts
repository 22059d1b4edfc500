import { randomFillSync } from 'node:crypto';
import { MAX_PAYLOAD_BYTES } from './channel-frames.ts';

const FINAL = 0x80;
const BINARY = FINAL | 0x2;
const MASKED = 0x80;
/** Maximum size of a frame's head with its mask, in bytes, since messages have at most MAX_PAYLOAD_BYTES and a channel. */
const MAX_HEADER_BYTES = 8;

/** Random bytes for masks. podway requests many at once, because each request is expensive. */
const RANDOM = Buffer.alloc(4_096);
let randomAt = RANDOM.length;

/** A word and its bytes: the same memory. */
const WORD = new Int32Array(1);
const MASK = new Uint8Array(WORD.buffer);

/** Memory for frames. */
export interface FrameSpace {
  readonly bytes: Buffer;
  /** The same memory as `bytes`. */
  readonly words: Int32Array;
}

/** Memory for messages with this total number of data bytes. */
export function frameSpace(length: number): FrameSpace {
  const heads = Math.ceil(length / MAX_PAYLOAD_BYTES) * (MAX_HEADER_BYTES + 1);
  const memory = new ArrayBuffer(((length + heads + 3) >> 2) * 4);
  return { bytes: Buffer.from(memory), words: new Int32Array(memory) };
}

/**
 * Writes bytes as masked binary messages of one channel, with at most MAX_PAYLOAD_BYTES each. Returns the end of the last.
 *
 * @param space made for at least this number of bytes
 */
export function writeFrames(space: FrameSpace, channel: number, bytes: Uint8Array): number {
  const { bytes: into } = space;
  let at = 0;
  for (let from = 0; from < bytes.length; from += MAX_PAYLOAD_BYTES) {
    const part = bytes.length <= MAX_PAYLOAD_BYTES ? bytes : bytes.subarray(from, from + MAX_PAYLOAD_BYTES);
    const begin = writeHead(into, at, BINARY, part.length + 1);
    into[begin] = channel;
    into.set(part, begin + 1);
    at = begin + 1 + part.length;
    mask(space, begin, at);
  }
  return at;
}

/** A control frame (RFC 6455 section 5.5). @param payload at most 125 bytes */
export function controlFrame(opcode: number, payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(MAX_HEADER_BYTES - 2 + payload.length);
  const begin = writeHead(frame, 0, FINAL | opcode, payload.length);
  frame.set(payload, begin);
  maskBytes(frame, begin, begin, frame.length);
  return frame;
}

/** Writes the head of a frame. Returns where the payload begins; the four bytes before it are the mask. */
function writeHead(into: Buffer, at: number, first: number, length: number): number {
  into[at] = first;
  let next = at + 2;
  if (length < 126) into[at + 1] = MASKED | length;
  else {
    into[at + 1] = MASKED | 126;
    into[at + 2] = length >> 8;
    into[at + 3] = length & 0xff;
    next += 2;
  }
  if (randomAt === RANDOM.length) {
    randomFillSync(RANDOM);
    randomAt = 0;
  }
  for (let count = 0; count < 4; count += 1) into[next + count] = RANDOM[randomAt + count] as number;
  randomAt += 4;
  return next + 4;
}

/** Masks the payload `[start, end)` with the four bytes before it, a word at a time. */
function mask({ bytes, words }: FrameSpace, start: number, end: number): void {
  const [first, last] = [(start + 3) >> 2, end >> 2];
  if (first >= last) return maskBytes(bytes, start, start, end);
  // The mask for a whole word, in the byte order of this machine.
  for (let count = 0; count < 4; count += 1)
    MASK[count] = bytes[start - 4 + ((first * 4 - start + count) & 3)] as number;
  const word = WORD[0] as number;
  maskBytes(bytes, start, start, first * 4);
  for (let at = first; at < last; at += 1) words[at] = (words[at] as number) ^ word;
  maskBytes(bytes, start, last * 4, end);
}

/** Masks `bytes[from, to)` of the payload that begins at `start`. */
function maskBytes(bytes: Buffer, start: number, from: number, to: number): void {
  for (let at = from; at < to; at += 1)
    bytes[at] = (bytes[at] as number) ^ (bytes[start - 4 + ((at - start) & 3)] as number);
}
