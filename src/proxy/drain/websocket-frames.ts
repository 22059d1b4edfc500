const CONTINUATION = 0x0;
const BINARY = 0x2;
const CLOSE = 0x8;
const PONG = 0xa;
const FINAL_TEXT = 0x81;
const FINAL_BINARY = 0x82;
/** Maximum payload of a control frame, in bytes. A control frame is never fragmented (RFC 6455 section 5.5). */
const MAX_CONTROL_PAYLOAD = 125;

/**
 * Finds where the frames of one direction of a WebSocket begin and end (RFC 6455 section 5.2), from their heads alone.
 * It does not read payloads and copies no bytes. The bytes may come in pieces of any size.
 */
export class WebSocketFrames {
  /** podway no longer knows where frames end: the bytes are not WebSocket, or a Close frame has passed. */
  opaque = false;
  /** A whole Close frame has passed: no other frame may follow it. */
  closed = false;
  /** An extension may set the reserved bits. */
  readonly #extended: boolean;
  /** Bytes of the frame's head that have come, and the size of that head. */
  #at = 0;
  #size = 2;
  #opcode = 0;
  /** Bytes of the extended length, which follows the first two bytes. */
  #lengthBytes = 0;
  /** Bytes of the payload: within the head the number read so far, after the head the number still to come. */
  #left = 0;

  /** @param extended an extension was negotiated */
  constructor(extended: boolean) {
    this.#extended = extended;
  }

  /** No frame is under way: another frame may stand here. */
  get isBetween(): boolean {
    return this.#at === 0 && !this.opaque;
  }

  /** Processes all of `buf[start, end)`. */
  take(buf: Buffer, start: number, end: number): void {
    if (this.#at === 0 && this.#isWholeMessage(buf, start, end)) return;
    for (let at = start; at < end && !this.opaque; ) at = this.#step(buf, at, end);
  }

  /** The usual case: the bytes are one frame that is a whole message. It leaves no state. */
  #isWholeMessage(buf: Buffer, start: number, end: number): boolean {
    if (end - start < 4 || this.opaque) return false;
    const first = buf[start] as number;
    if (first !== FINAL_TEXT && first !== FINAL_BINARY) return false;
    const second = buf[start + 1] as number;
    const length = second & 0x7f;
    const mask = second >= 0x80 ? 4 : 0;
    if (length < 126) return end - start === 2 + mask + length;
    return length === 126 && end - start === 4 + mask + buf.readUInt16BE(start + 2);
  }

  /** Processes bytes up to the end of the frame that is under way, or all bytes, and returns the offset after them. */
  takeFrame(buf: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && this.#at > 0 && !this.opaque) at = this.#step(buf, at, end);
    return this.opaque ? end : at;
  }

  /** Processes at least one byte, and at most the bytes up to the end of a frame. Returns the offset after them. */
  #step(buf: Buffer, at: number, end: number): number {
    if (this.#at < this.#size) {
      this.#headByte(buf[at] as number);
      if (this.#at === this.#size && this.#left === 0) this.#frameEnded();
      return at + 1;
    }
    const taken = Math.min(this.#left, end - at);
    this.#left -= taken;
    if (this.#left === 0) this.#frameEnded();
    return at + taken;
  }

  #headByte(byte: number): void {
    const at = this.#at;
    this.#at += 1;
    if (at === 0) this.#first(byte);
    else if (at === 1) this.#second(byte);
    else if (at < 2 + this.#lengthBytes) {
      this.#left = this.#left * 256 + byte;
      if (!Number.isSafeInteger(this.#left)) this.opaque = true;
    }
  }

  #first(byte: number): void {
    this.#opcode = byte & 0x0f;
    const isFinal = byte >= 0x80;
    const isData = this.#opcode >= CONTINUATION && this.#opcode <= BINARY;
    const isControl = this.#opcode >= CLOSE && this.#opcode <= PONG && isFinal;
    const isExtended = (byte & 0x70) !== 0;
    this.opaque = !(isData || isControl) || (isExtended && !this.#extended);
  }

  #second(byte: number): void {
    const length = byte & 0x7f;
    const isMasked = byte >= 0x80;
    this.#lengthBytes = length === 127 ? 8 : length === 126 ? 2 : 0;
    this.#size = 2 + this.#lengthBytes + (isMasked ? 4 : 0);
    this.#left = this.#lengthBytes === 0 ? length : 0;
    if (length > MAX_CONTROL_PAYLOAD && this.#opcode >= CLOSE) this.opaque = true;
  }

  #frameEnded(): void {
    this.closed ||= this.#opcode === CLOSE;
    this.#at = 0;
    this.#size = 2;
    if (this.closed) this.opaque = true;
  }
}
