import type { ResponseHead } from '../../http1/response-head.ts';
import { WebSocketFrames } from './websocket-frames.ts';

/** The status in a Close frame (RFC 6455 section 7.4.1, and IANA's registry for 1012). */
export type CloseCode = '1001' | '1012';

const CLOSE_FRAMES: Readonly<Record<CloseCode, Buffer>> = {
  '1001': closeFrame(1001),
  '1012': closeFrame(1012),
};

const NEGOTIATED_EXTENSIONS = /^sec-websocket-extensions:/im;

/**
 * What podway must know of a WebSocket to end it: where its own frame may stand, and whether the client has answered
 * it.
 */
export class WebSocketClosing {
  isSent = false;
  readonly #frame: Buffer;
  readonly #pod: WebSocketFrames;
  readonly #client: WebSocketFrames;
  #isDue = false;

  /** @param head of the response with which the pod switched protocols */
  constructor(head: ResponseHead, code: CloseCode) {
    const isExtended = NEGOTIATED_EXTENSIONS.test(head.text);
    this.#frame = CLOSE_FRAMES[code];
    this.#pod = new WebSocketFrames(isExtended);
    this.#client = new WebSocketFrames(isExtended);
  }

  /** podway sends the Close frame once the pod's frame that is under way ends. */
  get isDue(): boolean {
    return this.#isDue && !this.isSent && !this.#isOver;
  }

  /**
   * Processes bytes of the pod. Those before the returned index go to the client, and after them the Close frame if it
   * is due.
   */
  fromPod(buf: Buffer, start: number, end: number): number {
    if (this.isSent) return start;
    if (this.isDue) return this.#pod.takeFrame(buf, start, end);
    this.#pod.take(buf, start, end);
    return end;
  }

  /** Processes bytes of the client, which all go to the pod. Returns true if the client has answered the Close frame. */
  fromClient(buf: Buffer, start: number, end: number): boolean {
    this.#client.take(buf, start, end);
    return this.isSent && this.#client.closed;
  }

  /**
   * Returns the frame that podway must send to the client now; no bytes of the pod may follow it. Returns 'later' while
   * the pod is within a frame, and 'never' if the frame was sent, if a side has closed before, or if the bytes are not
   * WebSocket.
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

/** podway acts as the server, so the frame is not masked. It has no text, since clients do not show one. */
function closeFrame(code: number): Buffer {
  return Buffer.from([0x88, 2, code >> 8, code & 0xff]);
}
