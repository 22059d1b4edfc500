import { TEXT_MESSAGE, type Violation } from './channel-frames.ts';
import type { MessagePiece } from './port-forward.ts';

const CONTINUATION = 0x0;
const TEXT = 0x1;
const BINARY = 0x2;
export const CLOSE_FRAME = 0x8;
export const PING_FRAME = 0x9;
export const PONG_FRAME = 0xa;
/** Of a control frame, which is never fragmented (RFC 6455 section 5.5). */
const MOST_OF_CONTROL = 125;
/** Of a frame whose length has 16 bits. The shortest form is a must (section 5.2); the shortest one of all goes up to MOST_OF_CONTROL. */
const MOST_OF_16_BITS = 0xffff;

/** Who gets what a server sends. */
export interface FrameTaker {
  /** A part of a binary message, in the buffer that is being read. False: nothing more is taken now. */
  piece(piece: MessagePiece): boolean;
  /** A close, ping or pong frame. */
  control(opcode: number, payload: Buffer): void;
}

/**
 * Reads the frames of a WebSocket's server (RFC 6455) without an extension, in which the first byte of each binary message names
 * its channel. Nothing is collected except control frames: payloads are handed out as they come, so the length of a message
 * is not limited, and any bytes may come in any pieces.
 */
export class ServerFrames {
  /** What came is no WebSocket, or no stream of bytes; nothing more is read. */
  violation: Violation | undefined;
  #isClosed = false;
  readonly #taker: FrameTaker;
  /** Bytes of the frame's head so far, and how many it has. */
  #at = 0;
  #size = 2;
  #opcode = 0;
  #isFinal = false;
  /** Bytes of the payload: said by the head so far, and after the head those still to come. */
  #left = 0;
  /** A message has begun and not ended. */
  #isInMessage = false;
  #channel: number | undefined;
  #control: Buffer[] = [];

  constructor(taker: FrameTaker) {
    this.#taker = taker;
  }

  /** Nothing more is read. */
  get isOver(): boolean {
    return this.#isClosed || this.violation !== undefined;
  }

  /** Reads `buf[start, end)` until its taker has enough; the place of the first byte that was not read. */
  take(buf: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && !this.isOver) {
      if (this.#at < this.#size) {
        this.#headByte(buf[at] as number);
        at += 1;
        const isEmpty = this.#at === this.#size && this.#left === 0 && !this.isOver;
        if (isEmpty && !this.#payload(buf.subarray(at, at))) return at;
      } else {
        const stop = at + Math.min(this.#left, end - at);
        this.#left -= stop - at;
        const goesOn = this.#payload(buf.subarray(at, stop));
        at = stop;
        if (!goesOn) return at;
      }
    }
    return at;
  }

  #headByte(byte: number): void {
    const at = this.#at;
    this.#at += 1;
    if (at === 0) return this.#first(byte);
    if (at === 1) return this.#second(byte);
    this.#left = this.#left * 256 + byte;
    if (!Number.isSafeInteger(this.#left)) this.#violate('a frame that is too long', 1009);
    else if (this.#at === this.#size && this.#left <= (this.#size === 4 ? MOST_OF_CONTROL : MOST_OF_16_BITS))
      this.#violate('a length that is not minimally encoded');
  }

  #first(byte: number): void {
    const opcode = byte & 0x0f;
    this.#opcode = opcode;
    this.#isFinal = byte >= 0x80;
    if ((byte & 0x70) !== 0) this.#violate('a frame with reserved bits');
    else if (opcode === TEXT) this.violation = TEXT_MESSAGE;
    else if (opcode >= CLOSE_FRAME && opcode <= PONG_FRAME) {
      if (!this.#isFinal) this.#violate('a fragmented control frame');
    } else if (opcode !== (this.#isInMessage ? CONTINUATION : BINARY)) {
      this.#violate(`a frame with the opcode ${opcode}, which is not allowed there`);
    }
  }

  #second(byte: number): void {
    const length = byte & 0x7f;
    if (byte >= 0x80) this.#violate('a masked frame');
    else if (length > MOST_OF_CONTROL && this.#opcode >= CLOSE_FRAME)
      this.#violate('a control frame that is too long');
    this.#size = length === 127 ? 10 : length === 126 ? 4 : 2;
    this.#left = this.#size === 2 ? length : 0;
  }

  /** Bytes of the frame's payload; none, when it has none. */
  #payload(bytes: Buffer): boolean {
    const isWhole = this.#left === 0;
    if (isWhole) {
      this.#at = 0;
      this.#size = 2;
    }
    if (this.#opcode < CLOSE_FRAME) return this.#data(bytes, isWhole && this.#isFinal);
    // The buffer is read into again.
    this.#control.push(Buffer.from(bytes));
    if (!isWhole) return true;
    const payload = Buffer.concat(this.#control);
    this.#control = [];
    this.#isClosed = this.#opcode === CLOSE_FRAME;
    if (this.#isClosed && !hasCode(payload)) this.#violate('a close frame with an invalid code');
    else this.#taker.control(this.#opcode, payload);
    return true;
  }

  /** Bytes of a message. `ends`: the last ones. */
  #data(bytes: Buffer, ends: boolean): boolean {
    const begins = this.#channel === undefined;
    this.#channel ??= bytes[0];
    const channel = this.#channel;
    this.#isInMessage = !ends;
    if (ends) this.#channel = undefined;
    // Before its channel a message may have frames without a payload.
    if (channel === undefined && !ends) return true;
    return this.#taker.piece({ channel, bytes: begins ? bytes.subarray(1) : bytes, begins, ends });
  }

  #violate(what: string, code: Violation['code'] = 1002): void {
    this.violation ??= { type: 'violation', code, detail: `the server sent ${what}` };
  }
}

/** The code of a close frame (RFC 6455 section 7.4); 1005 when it has none. */
export function closeCode(payload: Buffer): number {
  return payload.length < 2 ? 1005 : payload.readUInt16BE(0);
}

/** Its code is one that a server may send, or it has none. */
function hasCode(payload: Buffer): boolean {
  if (payload.length < 2) return payload.length === 0;
  const code = closeCode(payload);
  const isOfProtocol = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code);
  return isOfProtocol || (code >= 3000 && code < 5000);
}
