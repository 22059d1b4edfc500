import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { readDirectly } from '../../bytes/direct-reads.ts';
import { controlFrame, type FrameSpace, frameSpace, writeFrames } from '../../podstream/client-frames.ts';
import type { Violation } from '../../podstream/channel-frames.ts';
import type { MessagePiece } from '../../podstream/port-forward.ts';
import {
  CLOSE_FRAME,
  closeCode,
  PING_FRAME,
  PONG_FRAME,
  ServerFrames,
} from '../../podstream/server-frames.ts';
import type { Clock } from '../clock.ts';
import { CLOSE_TIMEOUT, type Closure, closureDetail, MAX_UNSENT_BYTES, NO_CLOSE_FRAME } from './closure.ts';
import { Heartbeat } from './heartbeat.ts';

/** The code for a close frame without one. */
const NO_CODE = 1005;

/** All tunnels of this thread read into it: each passes its bytes on before another tunnel reads. */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);
/** Maximum bytes of data for the shared frame space below. */
const MAX_FRAMED_BYTES = 64 * 1024;
/** All tunnels of this thread write their frames into it. */
let space: FrameSpace | undefined;

export interface ForwardHandlers {
  /** Milliseconds of silence after which podway pings the peer. */
  readonly pingAfter?: number;
  /** Its bytes are valid only during the call. */
  readonly piece: (piece: MessagePiece) => void;
  /** The peer sent something that is not a WebSocket, or not a stream of bytes; podway reads no more. */
  readonly violated: (violation: Violation) => void;
  /** The peer did not respond to pings; `closed` follows. */
  readonly died: () => void;
  /** Called once, after the last piece. */
  readonly closed: (closure: Closure) => void;
}

/**
 * The WebSocket of a tunnel after its handshake. What `ws` copies, joins and allocates for each message costs more than
 * TLS. Here, bytes go from the buffer that TLS reads into directly to their consumer, and frames are written into the
 * buffer to which the bytes are copied anyway.
 */
export class ForwardSocket {
  readonly #socket: Socket;
  /** A write has copied its bytes when it returns. */
  readonly #copies: boolean;
  readonly #clock: Clock;
  readonly #handlers: ForwardHandlers;
  readonly #heartbeat: Heartbeat;
  readonly #frames: ServerFrames;
  #lastData: number;
  #problem: string | undefined;
  #hasSentClose = false;
  #closeCode = NO_CLOSE_FRAME;
  /** Called when the connection takes more. */
  #whenDrained: (() => void) | undefined;
  #cancelClose: () => void = noop;

  /** @param socket paused; it contains the bytes behind the 101 */
  constructor(socket: Socket, clock: Clock, handlers: ForwardHandlers) {
    this.#socket = socket;
    this.#copies = socket instanceof TLSSocket;
    this.#clock = clock;
    this.#handlers = handlers;
    this.#lastData = clock.now();
    this.#frames = new ServerFrames({
      piece: (piece) => this.#piece(piece),
      control: (opcode, payload) => this.#control(opcode, payload),
    });
    this.#heartbeat = new Heartbeat({
      clock,
      ping: (number) => this.#sendControl(PING_FRAME, Buffer.of(number)),
      isPaused: () => socket.isPaused(),
      died: () => {
        handlers.died();
        this.destroy('the API server sent nothing and did not respond to pings');
      },
      ...(handlers.pingAfter !== undefined && { pingAfter: handlers.pingAfter }),
    });
    // Bytes that were not read directly, and bytes that were put back.
    socket.on('data', (chunk: Buffer) => this.#take(chunk, chunk.length));
    socket.on('drain', () => this.#drained());
    // `close` follows, without a close frame.
    socket.on('error', noop);
    socket.on('close', () => this.#closed());
    const callback = (size: number) => {
      this.#take(READ_BUFFER, size);
      return true;
    };
    readDirectly(socket, { buffer: () => READ_BUFFER, callback });
  }

  /** Milliseconds since the last data, either way. */
  get idle(): number {
    return this.#clock.now() - this.#lastData;
  }

  get isPaused(): boolean {
    return this.#socket.isPaused();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    // Silence means nothing while podway does not read.
    this.#heartbeat.touch();
    this.#socket.resume();
  }

  /** Copies and sends bytes. Calls `done` when the connection takes more, or is closed. */
  send(channel: number, bytes: Uint8Array, done: () => void): void {
    const socket = this.#socket;
    if (this.#hasSentClose || !socket.writable) return done();
    this.#lastData = this.#clock.now();
    this.#heartbeat.sent(bytes.length);
    // If a write of TLS has to wait, it refers to the space until then.
    const mayWait = this.#copies && socket.writableLength > 0;
    if (bytes.length > MAX_FRAMED_BYTES || mayWait) {
      const own = frameSpace(bytes.length);
      socket.write(own.bytes.subarray(0, writeFrames(own, channel, bytes)));
    } else {
      space ??= frameSpace(MAX_FRAMED_BYTES);
      socket.write(space.bytes.subarray(0, writeFrames(space, channel, bytes)));
      // The kernel did not take all bytes, and the socket refers to the rest.
      if (!this.#copies && socket.writableLength > 0) space = undefined;
    }
    if (socket.writableNeedDrain) this.#whenDrained = done;
    else done();
  }

  /** Asks the peer to end the stream, and ends it if the peer does not. Delivers what still arrives. */
  close(code: number, problem?: string): void {
    this.#problem ??= problem;
    if (this.#hasSentClose) return;
    this.#sendControl(CLOSE_FRAME, code === NO_CODE ? Buffer.alloc(0) : Buffer.of(code >> 8, code & 0xff));
    this.#hasSentClose = true;
    this.#drained();
    this.#cancelClose = this.#clock.alarm(CLOSE_TIMEOUT, () => this.#socket.destroy());
  }

  /** Ends the stream at once. */
  destroy(problem: string): void {
    this.#problem ??= problem;
    this.#socket.destroy();
  }

  #take(bytes: Buffer, size: number): void {
    if (this.#frames.isOver) return;
    const at = this.#frames.take(bytes, 0, size);
    const { violation } = this.#frames;
    if (violation !== undefined) this.#handlers.violated(violation);
    else if (at < size && !this.#frames.isOver) {
      const rest = bytes.subarray(at, size);
      this.#socket.unshift(bytes === READ_BUFFER ? Buffer.from(rest) : rest);
    }
  }

  #piece(piece: MessagePiece): boolean {
    this.#lastData = this.#clock.now();
    this.#heartbeat.touch();
    this.#handlers.piece(piece);
    return !this.#socket.isPaused();
  }

  #control(opcode: number, payload: Buffer): void {
    if (opcode === CLOSE_FRAME) return this.#closedBy(payload);
    if (opcode === PONG_FRAME) return this.#heartbeat.answered(payload[0]);
    this.#heartbeat.touch();
    if (this.#socket.writableLength < MAX_UNSENT_BYTES) this.#sendControl(PONG_FRAME, payload);
  }

  #closedBy(payload: Buffer): void {
    const code = closeCode(payload);
    this.#closeCode = code;
    this.close(code);
    this.#socket.end();
    // podway must still read the end of the connection.
    this.#socket.resume();
  }

  #sendControl(opcode: number, payload: Buffer): void {
    if (!this.#hasSentClose && this.#socket.writable) this.#socket.write(controlFrame(opcode, payload));
  }

  #drained(): void {
    const done = this.#whenDrained;
    this.#whenDrained = undefined;
    done?.();
  }

  #closed(): void {
    this.#heartbeat.stop();
    this.#cancelClose();
    this.#drained();
    const code = this.#closeCode;
    const detail = this.#problem ?? closureDetail(code);
    this.#handlers.closed({ code, detail, idle: this.idle });
  }
}

function noop(): void {}
