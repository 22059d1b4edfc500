import type { ResponseHead } from '../../http1/response-head.ts';
import { WebSocketFrames } from './websocket-frames.ts';

/** The status in a Close frame (RFC 6455 section 7.4.1, and IANA's registry for 1012). */
export type CloseCode = '1001' | '1012';

const CLOSE_FRAMES: Readonly<Record<CloseCode, Buffer>> = {
  '1001': closeFrame(1001),
  '1012': closeFrame(1012),
};

const NEGOTIATED = /^sec-websocket-extensions:/im;

/** What of a WebSocket has to be known so that podway can end it: where a frame of its own may stand, and whether it was answered. */
export class WebSocketClosing {
  isSent = false;
  readonly #frame: Buffer;
  readonly #pod: WebSocketFrames;
  readonly #client: WebSocketFrames;
  #isDue = false;

  /** @param head with which the pod switched protocols */
  constructor(head: ResponseHead, code: CloseCode) {
    const isExtended = NEGOTIATED.test(head.text);
    this.#frame = CLOSE_FRAMES[code];
    this.#pod = new WebSocketFrames(isExtended);
    this.#client = new WebSocketFrames(isExtended);
  }

  /** The time for it has come, and nothing but a frame of the pod that is under way stands in its way. */
  get isDue(): boolean {
    return this.#isDue && !this.isSent && !this.#isOver;
  }

  /** Bytes of the pod: those before the index that is returned go to the client, and then, if it is due, the Close frame. */
  fromPod(buf: Buffer, start: number, end: number): number {
    if (this.isSent) return start;
    if (this.isDue) return this.#pod.takeFrame(buf, start, end);
    this.#pod.take(buf, start, end);
    return end;
  }

  /** Bytes of the client, all of which go to the pod: true when it has answered the Close frame. */
  fromClient(buf: Buffer, start: number, end: number): boolean {
    this.#client.take(buf, start, end);
    return this.isSent && this.#client.closed;
  }

  /**
   * The frame that goes to the client now, and after which nothing of the pod does; 'later' while the pod is within a frame;
   * 'never' when it was sent, when a side has closed by itself, or what they speak is no WebSocket.
   */
  close(): Buffer | 'later' | 'never' {
    if (this.isSent || this.#isOver) return 'never';
    this.#isDue = true;
    if (!this.#pod.isBetween) return 'later';
    this.isSent = true;
    return this.#frame;
  }

  get #isOver(): boolean {
    return this.#pod.closed || this.#client.closed || this.#pod.opaque || this.#client.opaque;
  }
}

/** Of the router, so not masked; without a text, since clients do not show it. */
function closeFrame(code: number): Buffer {
  return Buffer.from([0x88, 2, code >> 8, code & 0xff]);
}
