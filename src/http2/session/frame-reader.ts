import { FLAG, FRAME, FRAME_HEADER_SIZE } from './codes.ts';

/** Receives the frames that a FrameReader finds. Payloads are `buf[start, end)`, and valid only during the call. */
export interface FrameSink {
  /** A frame's header: its payload has `length` octets. False: the connection has failed, and the reader stops. */
  begin(type: number, flags: number, id: number, length: number): boolean;
  /** A part of a DATA frame without padding; `isLast`: the frame ends with it. Only the part of an empty frame is empty. */
  data(buf: Buffer, start: number, end: number, isLast: boolean): void;
  /** The whole payload of any other frame, padded DATA among them. */
  frame(buf: Buffer, start: number, end: number): void;
}

/**
 * Finds the frames in the bytes that a connection receives (RFC 9113 section 4.1). It reports DATA without padding part by part, as
 * the bytes arrive. It keeps at most one other frame until all of it has arrived; the sink's `begin` bounds its length.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  /** The octets of a frame header that has not arrived completely, one number each. */
  #head: number[] | undefined = undefined;
  /** Octets of the payload that have not arrived; -1: the next octet belongs to a frame header. */
  #left = -1;
  #isData = false;
  /** The payload of a frame that is reported whole, as far as it has arrived: `#filled` octets. */
  #payload: Buffer | undefined = undefined;
  #filled = 0;
  #isStopped = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** A frame has arrived in part. */
  get isWithin(): boolean {
    return this.#left >= 0 || this.#head !== undefined;
  }

  /** Ignores all further bytes, and forgets a frame that is not complete. */
  stop(): void {
    this.#isStopped = true;
    this.#payload = undefined;
  }

  /** Reads `buf[start, end)`, which continues the bytes of the last call. */
  read(buf: Buffer, start: number, end: number): void {
    let at = start;
    while (!this.#isStopped) {
      if (this.#left < 0) {
        if (at >= end) return;
        at = this.#readHead(buf, at, end);
        if (this.#left < 0) return;
      }
      at = this.#isData ? this.#passOn(buf, at, end) : this.#gather(buf, at, end);
      if (this.#left >= 0) return;
    }
  }

  #readHead(buf: Buffer, start: number, end: number): number {
    if (this.#head === undefined && end - start >= FRAME_HEADER_SIZE) {
      this.#begin(buf, start);
      return start + FRAME_HEADER_SIZE;
    }
    this.#head ??= [];
    let at = start;
    while (at < end && this.#head.length < FRAME_HEADER_SIZE) this.#head.push(buf[at++] as number);
    if (this.#head.length === FRAME_HEADER_SIZE) {
      const whole = Buffer.from(this.#head);
      this.#head = undefined;
      this.#begin(whole, 0);
    }
    return at;
  }

  #begin(buf: Buffer, at: number): void {
    const length = buf.readUIntBE(at, 3);
    const [type, flags] = [buf[at + 3] as number, buf[at + 4] as number];
    if (!this.#sink.begin(type, flags, buf.readUInt32BE(at + 5) & 0x7fff_ffff, length)) {
      this.stop();
      return;
    }
    this.#left = length;
    this.#isData = type === FRAME.data && (flags & FLAG.padded) === 0;
  }

  #passOn(buf: Buffer, start: number, end: number): number {
    const size = Math.min(this.#left, end - start);
    if (size === 0 && this.#left > 0) return start;
    this.#left -= size;
    const isLast = this.#left === 0;
    if (isLast) this.#left = -1;
    this.#sink.data(buf, start, start + size, isLast);
    return start + size;
  }

  #gather(buf: Buffer, start: number, end: number): number {
    const size = Math.min(this.#left, end - start);
    if (size === 0 && this.#left > 0) return start;
    this.#left -= size;
    const isWhole = this.#left === 0;
    if (this.#payload === undefined && isWhole) {
      this.#left = -1;
      this.#sink.frame(buf, start, start + size);
      return start + size;
    }
    this.#payload ??= Buffer.allocUnsafeSlow(this.#left + size);
    buf.copy(this.#payload, this.#filled, start, start + size);
    this.#filled += size;
    if (isWhole) this.#deliver(this.#payload);
    return start + size;
  }

  #deliver(payload: Buffer): void {
    this.#payload = undefined;
    this.#filled = 0;
    this.#left = -1;
    this.#sink.frame(payload, 0, payload.length);
  }
}
