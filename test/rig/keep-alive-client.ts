import { connect, type Socket } from 'node:net';

export interface ShortAnswer {
  readonly status: number;
  /** latin1 */
  readonly body: string;
}

/** No pod of a load takes this long (milliseconds). */
const PATIENCE = 10_000;
const HEAD_END = '\r\n\r\n';

interface Exchange {
  readonly resolve: (answer: ShortAnswer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A connection that carries one small request at a time, made for thousands of them: it keeps nothing of what has been
 * answered. It is opened when first needed, and again when the router has ended it between two requests.
 */
export class KeepAliveClient {
  readonly #port: number;
  readonly #address: string;
  #socket: Socket | undefined;
  #received = '';
  #exchange: Exchange | undefined;

  constructor(port: number, address: string) {
    this.#port = port;
    this.#address = address;
  }

  /** Rejects when the connection breaks, or when the answer is none or takes too long. */
  get(host: string, path = '/'): Promise<ShortAnswer> {
    return this.#ask(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  }

  /** The same with a body, latin1. */
  post(host: string, path: string, body: string): Promise<ShortAnswer> {
    const head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${body.length}\r\n\r\n`;
    return this.#ask(head + body);
  }

  #ask(request: string): Promise<ShortAnswer> {
    const socket = this.#socket ?? this.#open();
    const { promise, resolve, reject } = Promise.withResolvers<ShortAnswer>();
    this.#exchange = { resolve, reject };
    socket.write(request, 'latin1');
    return promise;
  }

  close(): void {
    this.#socket?.destroy();
  }

  #open(): Socket {
    const socket = connect({ port: this.#port, host: this.#address, noDelay: true });
    this.#socket = socket;
    socket.setEncoding('latin1').setTimeout(PATIENCE);
    socket.on('data', (text: string) => this.#read(text));
    socket.on('timeout', () => this.#broken(socket, new Error('no answer in time')));
    socket.on('error', (error) => this.#broken(socket, error));
    socket.on('close', () => this.#broken(socket, new Error('the connection ended instead of an answer')));
    return socket;
  }

  #read(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf(HEAD_END);
    if (end === -1) return;
    const head = this.#received.slice(0, end);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    const body = this.#received.slice(end + HEAD_END.length);
    if (body.length < length) return;
    this.#received = '';
    const exchange = this.#exchange;
    this.#exchange = undefined;
    // What the router closes after this answer must not get the next request.
    if (/\r\nconnection: *close/i.test(head)) this.#leave();
    exchange?.resolve({ status: Number(head.slice(9, 12)), body });
  }

  #broken(socket: Socket, error: Error): void {
    if (socket === this.#socket) this.#leave();
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.reject(error);
  }

  #leave(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#received = '';
    socket?.destroy();
  }
}
