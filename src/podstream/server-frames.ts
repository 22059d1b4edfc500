import { TEXT_MESSAGE, type Violation } from './channel-frames.ts';
import type { MessagePiece } from './port-forward.ts';

const CONTINUATION = 0x0;
const TEXT = 0x1;
const BINARY = 0x2;
export const CLOSE_FRAME = 0x8;
export const PING_FRAME = 0x9;
export const PONG_FRAME = 0xa;
/** Maximum payload of a control frame, which is never fragmented (RFC 6455 section 5.5), in bytes. */
const MAX_CONTROL_PAYLOAD = 125;
/** Maximum payload of a frame whose length has 16 bits. Lengths must have their shortest form (section 5.2); 7 bits suffice up to 125. */
const MAX_UINT16 = 0xffff;

/** The receiver of frames. */
export interface FrameHandler {
  /** Takes a part of a binary message, in the read buffer. False: the receiver takes no more at the moment. */
  piece(piece: MessagePiece): boolean;
  /** Takes a close, ping or pong frame. */
  control(opcode: number, payload: Buffer): void;
}

/**
 * Reads the frames of a WebSocket server (RFC 6455) without extensions. The first byte of each binary message is its channel.
 * Only control frames are collected. Payloads are passed on as they arrive, so messages may have any length and arrive in any
 * pieces.
 */
export class ServerFrames {
  /** The server violated the protocol. No further bytes are read. */
  violation: Violation | undefined;
  #isClosed = false;
  readonly #handler: FrameHandler;
  /** Number of the head's bytes that were read, and the size of the head. */
  #at = 0;
  #size = 2;
  #opcode = 0;
  #isFinal = false;
  /** While the head is read: the payload length so far. After it: the remaining bytes of the payload. */
  #left = 0;
  /** A message has begun and has not ended. */
  #isInMessage = false;
  #channel: number | undefined;
  #control: Buffer[] = [];

  constructor(handler: FrameHandler) {
    this.#handler = handler;
  }

  /** Whether reading has ended: by a close frame or a violation. */
  get isOver(): boolean {
    return this.#isClosed || this.violation !== undefined;
  }

  /** Reads `buf[start, end)` until the receiver takes no more. Returns the position of the first byte that was not read. */
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
    else if (this.#at === this.#size && this.#left <= (this.#size === 4 ? MAX_CONTROL_PAYLOAD : MAX_UINT16))
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
    else if (length > MAX_CONTROL_PAYLOAD && this.#opcode >= CLOSE_FRAME)
      this.#violate('a control frame that is too long');
    this.#size = length === 127 ? 10 : length === 126 ? 4 : 2;
    this.#left = this.#size === 2 ? length : 0;
  }

  /** Takes bytes of the frame's payload, which may be empty. */
  #payload(bytes: Buffer): boolean {
    const isWhole = this.#left === 0;
    if (isWhole) {
      this.#at = 0;
      this.#size = 2;
    }
    if (this.#opcode < CLOSE_FRAME) return this.#data(bytes, isWhole && this.#isFinal);
    // The next read overwrites the buffer, so the bytes are copied.
    this.#control.push(Buffer.from(bytes));
    if (!isWhole) return true;
    const payload = Buffer.concat(this.#control);
    this.#control = [];
    this.#isClosed = this.#opcode === CLOSE_FRAME;
    if (this.#isClosed && !hasCode(payload)) this.#violate('a close frame with an invalid code');
    else this.#handler.control(this.#opcode, payload);
    return true;
  }

  /** Takes bytes of a message. `ends`: they are the last. */
  #data(bytes: Buffer, ends: boolean): boolean {
    const begins = this.#channel === undefined;
    this.#channel ??= bytes[0];
    const channel = this.#channel;
    this.#isInMessage = !ends;
    if (ends) this.#channel = undefined;
    // Frames without a payload may precede the frame with the channel.
    if (channel === undefined && !ends) return true;
    return this.#handler.piece({ channel, bytes: begins ? bytes.subarray(1) : bytes, begins, ends });
  }

  #violate(detail: string, code: Violation['code'] = 1002): void {
    this.violation ??= { type: 'violation', code, detail: `the server sent ${detail}` };
  }
}

/** The code of a close frame (RFC 6455 section 7.4); 1005 when it has none. */
export function closeCode(payload: Buffer): number {
  return payload.length < 2 ? 1005 : payload.readUInt16BE(0);
}

/** Whether a close frame has no code, or one that a server may send. */
function hasCode(payload: Buffer): boolean {
  if (payload.length < 2) return payload.length === 0;
  const code = closeCode(payload);
  const isOfProtocol = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code);
  return isOfProtocol || (code >= 3000 && code < 5000);
}
