import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from '../../src/admin/answers.ts';
import type { AuditedQuestion } from '../../src/telemetry/audit-log.ts';
import type { StreamLimits } from '../../src/operator/event-streams.ts';
import type { OperatorPages, StreamEvent } from '../../src/operator/operator-answers.ts';
import type { OperatorAccess } from '../../src/operator/refusal.ts';
import { createOperatorServer } from '../../src/operator/server.ts';
import { OperatorToken } from '../../src/operator/token.ts';
import { SocketReader } from '../fixtures/socket-reader.ts';

export const TOKEN = 'a-token-of-32-characters-a-token';
const READ_TIMEOUT = 8_000;

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ListenerOptions {
  readonly access?: Partial<OperatorAccess>;
  readonly streams?: number;
  readonly connections?: number;
  readonly limits?: Partial<StreamLimits>;
}

/** A stream on the listener's side. */
interface OpenStream {
  readonly send: (event: StreamEvent) => void;
  readonly signal: AbortSignal;
}

/** An operator listener that has one page of each kind. */
export class Listener implements AsyncDisposable {
  readonly asked: AuditedQuestion[] = [];
  readonly errors: unknown[] = [];
  /** All streams so far, in their order. */
  readonly streams: OpenStream[] = [];
  /** The promise for which `/held` waits. */
  readonly held = Promise.withResolvers<void>();
  /** The requests for `/held`. */
  readonly holding: string[] = [];
  readonly server;
  readonly #sockets: Socket[] = [];

  private constructor({ access, streams = 16, connections = 64, limits }: ListenerOptions) {
    this.server = createOperatorServer(this.#pages(), {
      access: { hosts: new Set(['ops.example.com']), scope: 'machine', token: undefined, ...access },
      streams,
      connections,
      onError: (error) => this.errors.push(error),
      audited: (asked) => this.asked.push(asked),
      ...(limits && { limits }),
    });
  }

  static async start(options: ListenerOptions = {}): Promise<Listener> {
    const listener = new Listener(options);
    listener.server.listen(0, '127.0.0.1');
    await once(listener.server, 'listening');
    return listener;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async request(
    path: string,
    headers: Readonly<Record<string, string>> = {},
    method = 'GET',
  ): Promise<Reply> {
    const sent = request({ port: this.port, host: '127.0.0.1', path, method, headers, agent: false }).end();
    const [reply] = (await once(sent, 'response')) as [IncomingMessage];
    let body = '';
    for await (const text of reply.setEncoding('utf8')) body += String(text);
    return { status: reply.statusCode ?? 0, headers: reply.headers, body };
  }

  /** A connection that the server has accepted, and that sends these bytes. */
  async raw(bytes = ''): Promise<{ readonly socket: Socket; readonly reader: SocketReader }> {
    const socket = connect(this.port, '127.0.0.1');
    this.#sockets.push(socket);
    const reader = new SocketReader(socket, READ_TIMEOUT);
    await once(socket, 'connect');
    socket.write(bytes, 'latin1');
    return { socket, reader };
  }

  /** A connection with an open stream, whose head has been read. */
  async stream(
    fields = '',
  ): Promise<{ readonly socket: Socket; readonly reader: SocketReader; readonly start: string }> {
    const opened = await this.raw(`GET /events HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`);
    const head = await opened.reader.readHead();
    return { ...opened, start: head?.start ?? '' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.held.resolve();
    for (const socket of this.#sockets) socket.destroy();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  #pages(): OperatorPages {
    return {
      pages: {
        '/data': ({ query }) => json(200, { of: query.get('host') }),
        '/large': () => ({ status: 200, contentType: 'text/plain', body: 'x'.repeat(32 * 1024 * 1024) }),
        '/throws': () => {
          throw new Error('secret');
        },
        '/held': async ({ query }) => {
          this.holding.push(query.get('id') ?? '');
          this.server.emit('held');
          await this.held.promise;
          return json(200, {});
        },
        '/held-events': async () => {
          this.server.emit('held');
          await this.held.promise;
          return this.#stream();
        },
        '/events': () => this.#stream(),
        '/fails-later': () => ({ kind: 'stream', run: () => Promise.reject(new Error('secret')) }),
      },
      files: { '/': { contentType: 'text/html; charset=utf-8', body: '<title>podway</title>' } },
    };
  }

  #stream() {
    return {
      kind: 'stream' as const,
      run: async (send: OpenStream['send'], signal: AbortSignal) => {
        this.streams.push({ send, signal });
        await aborted(signal);
      },
    };
  }
}

export async function aborted(signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted === false) await once(signal, 'abort');
}

/** A file for OPERATOR_TOKEN_FILE. */
export class TokenFile implements AsyncDisposable {
  readonly path: string;
  readonly token: OperatorToken;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, 'token');
    this.token = new OperatorToken(this.path);
  }

  static async write(text = `${TOKEN}\n`): Promise<TokenFile> {
    const file = new TokenFile(await mkdtemp(join(tmpdir(), 'podway-test-')));
    await writeFile(file.path, text);
    return file;
  }

  async remove(): Promise<void> {
    await rm(this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}
