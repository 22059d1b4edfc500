import { FLAG, FRAME, FRAME_HEAD } from './codes.ts';

/** What a connection does with the frames that come. Payloads are `buf[start, end)`, and valid only during the call. */
export interface FrameSink {
  /** The head of a frame came. False: the connection has failed, and nothing more is read. */
  begin(type: number, flags: number, id: number, length: number): boolean;
  /** A piece of DATA without padding; `isLast`: the frame ends with it. It may be empty only where the frame is. */
  data(buf: Buffer, start: number, end: number, isLast: boolean): void;
  /** The whole payload of any other frame, and of DATA that is padded. */
  frame(buf: Buffer, start: number, end: number): void;
}

/**
 * Finds the frames in what a connection receives (RFC 9113 section 4.1). DATA is passed on as it comes; of the other frames one
 * is kept at most until it is whole, and `begin` bounds its length.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  /** Octets of a head that is not whole, as one number each. */
  #head: number[] | undefined = undefined;
  /** Octets of the payload to come; -1: a head is to come. */
  #left = -1;
  #isData = false;
  /** A beginning of the payload of a frame that is passed on whole. */
  #payload: Buffer | undefined = undefined;
  #filled = 0;
  #isStopped = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Part of a frame has come. */
  get isWithin(): boolean {
    return this.#left >= 0 || this.#head !== undefined;
  }

  /** Nothing more is read, and what was kept is free. */
  stop(): void {
    this.#isStopped = true;
    this.#payload = undefined;
  }

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
    if (this.#head === undefined && end - start >= FRAME_HEAD) {
      this.#begin(buf, start);
      return start + FRAME_HEAD;
    }
    this.#head ??= [];
    let at = start;
    while (at < end && this.#head.length < FRAME_HEAD) this.#head.push(buf[at++] as number);
    if (this.#head.length === FRAME_HEAD) {
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
