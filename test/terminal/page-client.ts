import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import headless, { type Terminal } from '@xterm/headless';
import { WebSocket } from 'ws';
import { withTimeout } from '../fixtures/with-timeout.ts';

const [OUTPUT, STATUS, WARNING, TAKEN] = [0, 1, 2, 3];
const [INPUT, RESIZE, SHOWN] = [0, 1, 2];

/** An answer of the listener of terminals. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface RequestSpec {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

/** One request, with exactly these fields. */
export async function sendRequest(
  port: number,
  { method = 'GET', path = '/', headers = {}, body }: RequestSpec,
): Promise<Answer> {
  const sent = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    agent: false,
    setHost: false,
    headers: { host: `127.0.0.1:${port}`, ...headers } as Record<string, string>,
  });
  sent.end(body);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  sent.on('error', reject);
  sent.on('upgrade', (response, socket) => {
    socket.destroy();
    resolve({ status: response.statusCode ?? 0, body: '', headers: response.headers });
  });
  sent.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }),
    );
  });
  return withTimeout(promise, `${method} ${path}`);
}

/** The field lines of a browser on the page of this listener. */
export function pageHeaders(port: number): Record<string, string> {
  return {
    origin: `http://127.0.0.1:${port}`,
    'sec-fetch-site': 'same-origin',
    'sec-fetch-mode': 'cors',
    'sec-fetch-dest': 'empty',
  };
}

/** Requests a session as the page does. */
export function askForTicket(
  port: number,
  token: string,
  body: object = {},
  more: RequestSpec['headers'] = {},
) {
  return sendRequest(port, {
    method: 'POST',
    path: '/terminal/sessions',
    headers: {
      ...pageHeaders(port),
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...more,
    },
    body: JSON.stringify(body),
  });
}

/** The field lines of a WebSocket handshake of the page. */
export function handshakeWith(port: number, ticket: string): Record<string, string> {
  return {
    ...pageHeaders(port),
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol': `podway.terminal.v1, podway.ticket.${ticket}`,
    'sec-fetch-mode': 'websocket',
    'sec-fetch-dest': 'websocket',
  };
}

/** Uses a ticket, and returns the listener's answer. */
export function useTicket(port: number, ticket: string, more: RequestSpec['headers'] = {}): Promise<Answer> {
  return sendRequest(port, {
    path: '/terminal/socket',
    headers: { ...handshakeWith(port, ticket), ...more },
  });
}

/** The page without a browser: the same protocol, and the screen of the same terminal emulator. */
export class PageClient {
  readonly screen: Terminal;
  readonly socket: WebSocket;
  /** The messages about its session that the page got, in order. */
  readonly statuses: Record<string, unknown>[] = [];
  readonly warnings: string[] = [];
  /** Bytes of output. */
  received = 0;
  /** Bytes of input that were acknowledged. */
  taken = 0;
  /** Whether the page acknowledges output. */
  acknowledges = true;
  #code = 0;
  #changed = Promise.withResolvers<void>();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.screen = new headless.Terminal({ cols: 80, rows: 24, allowProposedApi: true });
    socket.on('message', (data) => this.#received(data as Buffer));
    socket.on('close', (code) => {
      this.#code = code;
      this.#wake();
    });
    socket.on('error', () => undefined);
  }

  /** Enters with a token, or with the secret of a link. */
  static async enter(port: number, token: string, body: object = {}): Promise<PageClient> {
    const { status, body: text } = await askForTicket(port, token, body);
    assert.equal(status, 201, text);
    const { ticket } = JSON.parse(text) as { ticket: string };
    const socket = new WebSocket(
      `ws://127.0.0.1:${port}/terminal/socket`,
      ['podway.terminal.v1', `podway.ticket.${ticket}`],
      { origin: `http://127.0.0.1:${port}` },
    );
    return PageClient.on(socket);
  }

  /** Resolves when the WebSocket, which was opened with a ticket, is open. */
  static async on(socket: WebSocket): Promise<PageClient> {
    const page = new PageClient(socket);
    await withTimeout(once(socket, 'open'), 'the WebSocket');
    return page;
  }

  /** Resolves when the condition is true; it is checked after every message. */
  async until(isTrue: () => boolean, what: string): Promise<void> {
    while (!isTrue()) {
      const seen = () => `${what}; the screen: ${this.text()}; ${JSON.stringify(this.statuses)}`;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`closed before ${seen()}`);
      await withTimeout(this.#changed.promise, seen);
    }
  }

  /** Resolves when the screen shows this. */
  waitFor(text: string): Promise<void> {
    return this.until(() => this.text().includes(text), text);
  }

  opened(): Promise<void> {
    return this.until(() => this.statuses[0]?.['state'] === 'open', 'the pod');
  }

  /** The code of the close frame, and the last message that the page got. */
  async ended(): Promise<{ code: number; status: Record<string, unknown> | undefined }> {
    if (this.socket.readyState !== WebSocket.CLOSED)
      await withTimeout(once(this.socket, 'close'), () => `the end; the screen: ${this.text()}`);
    return { code: this.#code, status: this.statuses.at(-1) };
  }

  /** The visible text, without blanks at the ends of lines. */
  text(): string {
    const { buffer, rows } = this.screen;
    const lines = Array.from(
      { length: rows },
      (_, at) => buffer.active.getLine(buffer.active.baseY + at)?.translateToString(true) ?? '',
    );
    return lines.join('\n').trimEnd();
  }

  type(keys: string | Uint8Array): void {
    this.send(INPUT, Buffer.from(keys as string));
  }

  resize(columns: number, rows: number): void {
    this.screen.resize(Math.max(2, columns), Math.max(1, rows));
    const size = Buffer.alloc(4);
    size.writeUInt16BE(columns, 0);
    size.writeUInt16BE(rows, 2);
    this.send(RESIZE, size);
  }

  show(bytes: number): void {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(bytes);
    this.send(SHOWN, count);
  }

  send(kind: number, payload: Uint8Array): void {
    this.socket.send(Buffer.concat([Buffer.of(kind), payload]));
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
    this.screen.dispose();
  }

  #received(message: Buffer): void {
    const payload = message.subarray(1);
    switch (message[0] ?? Number.NaN) {
      case OUTPUT:
        this.received += payload.length;
        this.screen.write(payload, () => {
          if (this.acknowledges && this.socket.readyState === WebSocket.OPEN) this.show(payload.length);
          this.#wake();
        });
        return;
      case STATUS:
        this.statuses.push(JSON.parse(payload.toString()) as Record<string, unknown>);
        break;
      case WARNING:
        this.warnings.push(payload.toString());
        break;
      case TAKEN:
        this.taken += payload.readUInt32BE(0);
        break;
      default:
        assert.fail(`a message of kind ${message[0]}`);
    }
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
