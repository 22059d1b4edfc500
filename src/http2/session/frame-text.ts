import { CODE, FLAG, FRAME, FRAME_SIZE } from './codes.ts';

/*
 * Frames as text, one character an octet (latin1): small frames of many streams are joined to one string, and leave with one
 * system call.
 */

/** The nine octets before a payload of `length` octets (RFC 9113 section 4.1). */
export function frameHead(length: number, type: number, flags: number, id: number): string {
  return String.fromCharCode(
    (length >> 16) & 0xff,
    (length >> 8) & 0xff,
    length & 0xff,
    type,
    flags,
    (id >>> 24) & 0x7f,
    (id >> 16) & 0xff,
    (id >> 8) & 0xff,
    id & 0xff,
  );
}

/** 32 bits, the most significant octet first. */
function number32(value: number): string {
  return String.fromCharCode((value >>> 24) & 0xff, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff);
}

/** @param pairs setting and value in turn */
export function settingsFrame(pairs: readonly (readonly [setting: number, value: number])[]): string {
  let payload = '';
  for (const [setting, value] of pairs)
    payload += String.fromCharCode(setting >> 8, setting & 0xff) + number32(value);
  return frameHead(payload.length, FRAME.settings, 0, 0) + payload;
}

export const SETTINGS_ACK: string = frameHead(0, FRAME.settings, FLAG.ack, 0);

/** @param payload eight octets as characters */
export function pingFrame(flags: number, payload: string): string {
  return frameHead(payload.length, FRAME.ping, flags, 0) + payload;
}

/** @param id 0: the connection's window */
export function windowUpdateFrame(id: number, increment: number): string {
  return frameHead(4, FRAME.windowUpdate, 0, id) + number32(increment);
}

export function resetFrame(id: number, code: number): string {
  return frameHead(4, FRAME.reset, 0, id) + number32(code);
}

/** @param why debug data (RFC 9113 section 6.8): ASCII, which names no peer and no content */
export function goawayFrame(lastStream: number, code: number, why: string): string {
  return frameHead(8 + why.length, FRAME.goaway, 0, 0) + number32(lastStream) + number32(code) + why;
}

/** A field block in HEADERS and, above the size of a frame, CONTINUATION frames (RFC 9113 section 6.2). */
export function headersFrames(id: number, block: string, isLast: boolean): string {
  const flags = isLast ? FLAG.endStream : 0;
  if (block.length <= FRAME_SIZE)
    return frameHead(block.length, FRAME.headers, flags | FLAG.endHeaders, id) + block;
  let text = frameHead(FRAME_SIZE, FRAME.headers, flags, id) + block.slice(0, FRAME_SIZE);
  for (let at = FRAME_SIZE; at < block.length; at += FRAME_SIZE) {
    const part = block.slice(at, at + FRAME_SIZE);
    const isEnd = at + FRAME_SIZE >= block.length;
    text += frameHead(part.length, FRAME.continuation, isEnd ? FLAG.endHeaders : 0, id) + part;
  }
  return text;
}

/** The names of codes in the order of their numbers, for logs and debug data. */
const NAMES = new Map<number, string>(Object.entries(CODE).map(([name, code]) => [code, name]));

/** An error code's name, or its number where this endpoint knows none. */
export function codeName(code: number): string {
  return NAMES.get(code) ?? String(code);
}
