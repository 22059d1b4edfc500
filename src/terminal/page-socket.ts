import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../cluster/clock.ts';
import { Heartbeat } from '../cluster/streams/heartbeat.ts';
import { Credit } from './rules/credit.ts';
import { WaitingInput } from './rules/waiting-input.ts';
import {
  INPUT_WINDOW,
  MAX_OUTPUT_BYTES,
  OUTPUT,
  OUTPUT_WINDOW,
  type PageMessage,
  readPageMessage,
  type Status,
  statusMessage,
  takenMessage,
  toPage,
  warningMessage,
} from './rules/page-messages.ts';

/** Maximum time in which a page has to answer a close frame, in milliseconds. */
const CLOSE_TIMEOUT = 1_000;
/** Bytes of input that podway acknowledges together, unless the page has sent all its input. */
const ACKNOWLEDGE_BYTES = INPUT_WINDOW / 4;

export interface PageHandlers {
  /** Takes input. Calls `taken` when the bytes have left the buffer. */
  readonly input: (bytes: Buffer, taken: () => void) => void;
  readonly resize: (columns: number, rows: number) => void;
}

/** The WebSocket of a page. It sends output only as fast as the page shows it, and takes input only as fast as the pod reads it. */
export class PageSocket {
  /** Resolves when the page has disconnected. `violated`: it violated the protocol. */
  readonly gone: Promise<{ readonly violated: boolean }>;
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #handlers: PageHandlers;
  readonly #heartbeat: Heartbeat;
  readonly #output = new Credit(OUTPUT_WINDOW);
  readonly #input = new Credit(INPUT_WINDOW);
  readonly #waiting = new WaitingInput();
  #room = Promise.withResolvers<void>();
  /** Bytes of input that the pod has taken and podway has not acknowledged to the page. */
  #taken = 0;
  /** podway is passing input on, or is sending an acknowledgement or a pong: at most one of each at a time. */
  #isPassing = false;
  #isAcknowledging = false;
  #isPonging = false;
  #violated = false;

  /** @param socket open, with `autoPong` off */
  constructor(socket: WebSocket, clock: Clock, handlers: PageHandlers) {
    this.#socket = socket;
    this.#clock = clock;
    this.#handlers = handlers;
    const heartbeat = new Heartbeat({
      clock,
      ping: (number) => socket.ping(Buffer.of(number), undefined, noop),
      isPaused: () => false,
      died: () => socket.terminate(),
    });
    this.#heartbeat = heartbeat;
    socket.on('message', (data: RawData, binary: boolean) => {
      heartbeat.touch();
      this.#received(readPageMessage(data as Buffer, binary));
    });
    socket.on('ping', (data: Buffer) => this.#pong(data));
    socket.on('pong', (data: Buffer) => heartbeat.answered(data[0]));
    // ws reports violations of the WebSocket protocol and messages above the limit, and closes the socket.
    socket.on('error', noop);
    this.gone = new Promise((resolve) => {
      socket.once('close', () => {
        heartbeat.stop();
        this.#room.resolve();
        resolve({ violated: this.#violated });
      });
    });
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** Sends output as fast as the page has room for it. Resolves when all of it is sent or the socket has ended. */
  async output(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length && this.isOpen; ) {
      const size = Math.min(MAX_OUTPUT_BYTES, bytes.length - at, this.#output.room);
      if (size === 0) {
        await this.#room.promise;
        continue;
      }
      this.#output.spend(size);
      this.#send(toPage(OUTPUT, bytes.subarray(at, at + size)));
      at += size;
    }
  }

  status(status: Status): void {
    this.#send(statusMessage(status));
  }

  warn(text: string): void {
    this.#send(warningMessage(text));
  }

  /** Closes the connection, and ends it if the page does not answer in time. */
  close(code: number): void {
    this.#socket.close(code);
    const cancel = this.#clock.alarm(CLOSE_TIMEOUT, () => this.#socket.terminate());
    void this.gone.then(cancel);
  }

  #received(message: PageMessage | undefined): void {
    if (this.#violated) return;
    if (message === undefined) return this.#violate();
    switch (message.type) {
      case 'input':
        return this.#takeInput(message.bytes);
      case 'resize':
        return this.#handlers.resize(message.columns, message.rows);
      case 'shown':
        if (!this.#output.acknowledge(message.bytes)) return this.#violate();
        this.#room.resolve();
        this.#room = Promise.withResolvers();
    }
  }

  #takeInput(bytes: Buffer): void {
    if (!this.#input.spend(bytes.length)) return this.#violate();
    if (this.#isPassing) this.#waiting.add(bytes);
    else this.#pass(bytes);
  }

  #pass(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#isPassing = true;
    this.#handlers.input(bytes, () => {
      this.#isPassing = false;
      this.#taken += bytes.length;
      this.#acknowledge();
      this.#pass(this.#waiting.take());
    });
  }

  /** Sends an acknowledgement, unless the previous one is still waiting because the page does not read. */
  #acknowledge(): void {
    if (this.#isAcknowledging || this.#taken === 0) return;
    if (this.#taken < ACKNOWLEDGE_BYTES && this.#taken < this.#input.unacknowledged) return;
    this.#isAcknowledging = true;
    this.#input.acknowledge(this.#taken);
    this.#send(takenMessage(this.#taken), () => {
      this.#isAcknowledging = false;
      this.#acknowledge();
    });
    this.#taken = 0;
  }

  /** Answers a ping, unless the previous pong is still waiting (RFC 6455 section 5.5.3 allows that). */
  #pong(data: Buffer): void {
    this.#heartbeat.touch();
    if (this.#isPonging || !this.isOpen) return;
    this.#isPonging = true;
    this.#socket.pong(data, undefined, () => (this.#isPonging = false));
  }

  #violate(): void {
    this.#violated = true;
    this.close(1008);
  }

  #send(message: Buffer, sent: () => void = noop): void {
    if (!this.isOpen) return;
    this.#heartbeat.sent(message.length);
    this.#socket.send(message, { binary: true, compress: false }, () => sent());
  }
}

function noop(): void {}
