import type { RawData, WebSocket } from 'ws';
import { safeMessage } from '../api/api-failure.ts';
import type { Clock } from '../clock.ts';
import { CLOSE_TIMEOUT, type Closure, closureDetail, MAX_UNSENT_BYTES } from './closure.ts';
import { Heartbeat } from './heartbeat.ts';

export interface PodSocketHandlers {
  /** Milliseconds of silence after which podway pings the peer. */
  readonly pingAfter?: number;
  readonly message: (bytes: Buffer, binary: boolean) => void;
  /** The peer did not respond to pings; `closed` follows. */
  readonly died?: () => void;
  /** Called once, after the last message. */
  readonly closed: (closure: Closure) => void;
}

/**
 * An open WebSocket to a pod. Its user can pause reading and learns when a write is done. It ends if the peer shows no
 * sign of life.
 */
export class PodSocket {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #heartbeat: Heartbeat;
  #lastData: number;
  #problem: string | undefined;
  #cancelClose: () => void = () => undefined;

  /** @param socket open and paused */
  constructor(socket: WebSocket, clock: Clock, handlers: PodSocketHandlers) {
    this.#socket = socket;
    this.#clock = clock;
    this.#lastData = clock.now();
    const heartbeat = new Heartbeat({
      clock,
      ping: (number) => socket.ping(Buffer.of(number), undefined, noop),
      isPaused: () => socket.isPaused,
      died: () => {
        handlers.died?.();
        this.destroy('the API server sent nothing and did not respond to pings');
      },
      ...(handlers.pingAfter !== undefined && { pingAfter: handlers.pingAfter }),
    });
    this.#heartbeat = heartbeat;
    socket.on('message', (data: RawData, binary: boolean) => {
      this.#lastData = clock.now();
      heartbeat.touch();
      handlers.message(data as Buffer, binary);
    });
    socket.on('ping', (data: Buffer) => {
      heartbeat.touch();
      if (socket.bufferedAmount < MAX_UNSENT_BYTES) socket.pong(data, undefined, noop);
    });
    socket.on('pong', (data: Buffer) => heartbeat.answered(data[0]));
    socket.on('error', (error: Error) => {
      this.#problem ??= safeMessage(error);
    });
    socket.on('close', (code: number) => {
      heartbeat.stop();
      this.#cancelClose();
      const detail = this.#problem ?? closureDetail(code);
      handlers.closed({ code, detail, idle: this.idle });
    });
  }

  /** Milliseconds since the last data, either way. */
  get idle(): number {
    return this.#clock.now() - this.#lastData;
  }

  get isPaused(): boolean {
    return this.#socket.isPaused;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    // Silence means nothing while podway does not read.
    this.#heartbeat.touch();
    this.#socket.resume();
  }

  /** Sends messages. Calls `done` when the kernel has taken the last of them, or no longer can. */
  send(messages: Iterable<Buffer>, done: () => void = noop): void {
    this.#lastData = this.#clock.now();
    let last: Buffer | undefined;
    for (const message of messages) {
      if (last !== undefined) this.#write(last, noop);
      last = message;
    }
    if (last === undefined) done();
    else this.#write(last, done);
  }

  /** Asks the peer to end the stream, and ends it if the peer does not. Delivers what still arrives. */
  close(code: number, problem?: string): void {
    this.#problem ??= problem;
    this.#socket.close(code);
    this.#cancelClose();
    this.#cancelClose = this.#clock.alarm(CLOSE_TIMEOUT, () => this.#socket.terminate());
  }

  /** Ends the stream at once. */
  destroy(problem: string): void {
    this.#problem ??= problem;
    this.#socket.terminate();
  }

  #write(message: Buffer, done: () => void): void {
    this.#heartbeat.sent(message.length);
    this.#socket.send(message, { binary: true, compress: false, fin: true }, () => done());
  }
}

function noop(): void {}
