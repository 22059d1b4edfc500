import { CODE, FLAG, FRAME, MAX_FRAME_SIZE } from './codes.ts';

/*
 * Frames as text, each character one octet (latin1): the output joins small frames of many streams to one string, and sends them
 * with one system call.
 */

/** The nine octets of a frame's header, before a payload of `length` octets (RFC 9113 section 4.1). */
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

/** SETTINGS with these pairs of setting and value (RFC 9113 section 6.5). */
export function settingsFrame(pairs: readonly (readonly [setting: number, value: number])[]): string {
  let payload = '';
  for (const [setting, value] of pairs)
    payload += String.fromCharCode(setting >> 8, setting & 0xff) + number32(value);
  return frameHead(payload.length, FRAME.settings, 0, 0) + payload;
}

export const SETTINGS_ACK: string = frameHead(0, FRAME.settings, FLAG.ack, 0);

/** PING (RFC 9113 section 6.7). @param payload eight octets as characters */
export function pingFrame(flags: number, payload: string): string {
  return frameHead(payload.length, FRAME.ping, flags, 0) + payload;
}

/** WINDOW_UPDATE by `increment` bytes (RFC 9113 section 6.9). @param id 0: the connection's window */
export function windowUpdateFrame(id: number, increment: number): string {
  return frameHead(4, FRAME.windowUpdate, 0, id) + number32(increment);
}

/** RST_STREAM (RFC 9113 section 6.4). */
export function resetFrame(id: number, code: number): string {
  return frameHead(4, FRAME.reset, 0, id) + number32(code);
}

/**
 * GOAWAY (RFC 9113 section 6.8).
 * @param lastStream the last stream of the peer that this side serves
 * @param detail debug data in ASCII, without addresses and data of a peer
 */
export function goawayFrame(lastStream: number, code: number, detail: string): string {
  return frameHead(8 + detail.length, FRAME.goaway, 0, 0) + number32(lastStream) + number32(code) + detail;
}

/** HEADERS and, when the field block is longer than a frame, CONTINUATION frames (RFC 9113 sections 6.2 and 6.10). */
export function headersFrames(id: number, block: string, isLast: boolean): string {
  const flags = isLast ? FLAG.endStream : 0;
  if (block.length <= MAX_FRAME_SIZE)
    return frameHead(block.length, FRAME.headers, flags | FLAG.endHeaders, id) + block;
  let text = frameHead(MAX_FRAME_SIZE, FRAME.headers, flags, id) + block.slice(0, MAX_FRAME_SIZE);
  for (let at = MAX_FRAME_SIZE; at < block.length; at += MAX_FRAME_SIZE) {
    const part = block.slice(at, at + MAX_FRAME_SIZE);
    const isEnd = at + MAX_FRAME_SIZE >= block.length;
    text += frameHead(part.length, FRAME.continuation, isEnd ? FLAG.endHeaders : 0, id) + part;
  }
  return text;
}

/** Names of error codes for logs, by number. */
const NAMES = new Map<number, string>(Object.entries(CODE).map(([name, code]) => [code, name]));

/** The name of an error code (RFC 9113 section 7), or its number if CODE does not have it. */
export function codeName(code: number): string {
  return NAMES.get(code) ?? String(code);
}
