import net, { type Socket } from 'node:net';
import { Inbox, type Ending, type RawBody, type RawHead, valueOf, valuesOf, within } from './inbox.ts';

const PATIENCE = 8000;
/** A pod accepts one connection in a turn of the event loop, and the router may open thousands in one of its own. */
const BACKLOG = 4_096;

export interface OriginRequest {
  readonly method: string;
  readonly target: string;
  readonly head: RawHead;
  readonly connection: OriginConnection;
  /** The whole body; rejects with EndedEarly when the router broke it off. */
  readonly body: Promise<RawBody>;
  value(name: string): string | undefined;
  values(name: string): string[];
}

/** One connection that the router opened, with every byte that came. */
export interface OriginConnection {
  readonly index: number;
  readonly socket: Socket;
  readonly inbox: Inbox;
  readonly requests: readonly OriginRequest[];
  /** Resolves when the router has ended it. */
  closed(): Promise<Ending>;
}

/** What an origin does once it has read a request head. Strings are latin1 bytes for the wire. */
export type Action = (request: OriginRequest) => unknown;
export type Answer = Action | readonly (string | Buffer | Action)[];

export const readBody: Action = (request) => request.body;
export const halfClose: Action = (request) => void request.connection.socket.end();
export const reset: Action = (request) => void request.connection.socket.resetAndDestroy();
/** Never resolves by itself: an answer that ends with it leaves the router waiting. */
export const silence: Action = (request) => request.connection.inbox.ended;
/** Waits for something that the test decides. */
export const until =
  (event: Promise<unknown>): Action =>
  () =>
    event;

/** After a write that was not taken at once: resolves when the router has room again, or has gone. */
export function drainedOrGone(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
    if (socket.destroyed) done();
  });
}

/** A whole answer with Content-Length. */
export function ok(body: string, ...lines: string[]): string {
  const fields = [`Content-Length: ${Buffer.byteLength(body, 'latin1')}`, ...lines];
  return `HTTP/1.1 200 OK\r\n${fields.join('\r\n')}\r\n\r\n${body}`;
}

/** Names the origin and repeats what it was asked, after the body was read. */
function introduction(name: string): Action {
  return async (request) => {
    await request.body;
    request.connection.socket.write(ok(`${name} ${request.method} ${request.target}`, `X-Origin: ${name}`));
  };
}

/**
 * A pod's stand-in on a plain TCP socket: it records every byte and answers with whatever bytes a test wants.
 * A node:http server in its place would repair what the router sends, and could not lie, break off or push unasked.
 */
export class Origin {
  readonly name: string;
  readonly connections: OriginConnection[] = [];
  readonly requests: OriginRequest[] = [];
  /** May be changed between requests. */
  answer: Answer;
  /** Whether it answers a FIN with its own at once, as most servers do. */
  endsWithPeer = true;
  /** Runs as soon as a connection is there, before any request. */
  onConnection: (connection: OriginConnection) => void = () => undefined;
  readonly #server: net.Server;
  readonly #waiting = new Set<() => void>();

  constructor(name: string, answer?: Answer) {
    this.name = name;
    this.answer = answer ?? introduction(name);
    this.#server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  static async start(
    name: string,
    answer?: Answer,
    { host = '127.0.0.1', port = 0 }: { host?: string; port?: number } = {},
  ): Promise<Origin> {
    const origin = new Origin(name, answer);
    await new Promise<void>((resolve, reject) => {
      origin.#server.once('error', reject).listen({ port, host, backlog: BACKLOG }, resolve);
    });
    return origin;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** All bytes of all connections. */
  get received(): string {
    return this.connections.map((connection) => connection.inbox.received.toString('latin1')).join('');
  }

  /** The nth request (from 0) since the start, as soon as its head is there. */
  request(index = 0): Promise<OriginRequest> {
    return this.#nth(this.requests, index, 'request');
  }

  connection(index = 0): Promise<OriginConnection> {
    return this.#nth(this.connections, index, 'connection');
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const { socket } of this.connections) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    const requests: OriginRequest[] = [];
    const inbox = new Inbox(socket, 0);
    const connection: OriginConnection = {
      index: this.connections.length,
      socket,
      inbox,
      requests,
      closed: () => within(PATIENCE, `${this.name}: the end of a connection`, inbox.ended),
    };
    socket.on('end', () => {
      if (this.endsWithPeer && !socket.writableEnded) socket.end();
    });
    this.connections.push(connection);
    this.#changed();
    this.onConnection(connection);
    // A request that is broken off ends the loop; the test sees it in `body` and `closed`.
    this.#serve(connection, requests).catch(() => undefined);
  }

  async #serve(connection: OriginConnection, requests: OriginRequest[]): Promise<void> {
    for (;;) {
      const head = await connection.inbox.head();
      if (head === undefined) return;
      const request = readRequest(head, connection);
      requests.push(request);
      this.requests.push(request);
      this.#changed();
      await run(this.answer, request);
      await request.body;
    }
  }

  async #nth<T>(list: readonly T[], index: number, what: string): Promise<T> {
    for (;;) {
      const found = list[index];
      if (found !== undefined) return found;
      const changed = new Promise<void>((resolve) => this.#waiting.add(resolve));
      await within(PATIENCE, `${this.name}: ${what} ${index}`, changed);
    }
  }

  #changed(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

function readRequest(head: RawHead, connection: OriginConnection): OriginRequest {
  const [method = '', target = ''] = head.start.split(' ');
  const body = readRequestBody(head, connection.inbox);
  body.catch(() => undefined);
  return {
    method,
    target,
    head,
    connection,
    body,
    value: (name) => valueOf(head, name),
    values: (name) => valuesOf(head, name),
  };
}

async function readRequestBody(head: RawHead, inbox: Inbox): Promise<RawBody> {
  if (valueOf(head, 'transfer-encoding') !== undefined) return inbox.chunked();
  const content = await inbox.take(Number(valueOf(head, 'content-length') ?? 0));
  return { content, trailers: [], chunks: [content] };
}

async function run(answer: Answer, request: OriginRequest): Promise<void> {
  const { socket } = request.connection;
  for (const step of typeof answer === 'function' ? [answer] : answer) {
    if (typeof step === 'function') await step(request);
    else if (!socket.destroyed) socket.write(typeof step === 'string' ? Buffer.from(step, 'latin1') : step);
  }
}
