import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type ClientOptions, WebSocket } from 'ws';
import { ownString } from '../../wiring/json.ts';
import { chosenProtocol } from '../../podstream/subprotocol.ts';
import { ApiFailure, type ApiCall, failedCall, refusedBy, safeMessage, tooSlow } from '../api/api-failure.ts';
import type { StreamAccess } from '../api/stream-access.ts';
import type { Clock } from '../clock.ts';
import { parseJson, readStatus } from '../api/status.ts';
import { proxyAgent } from './proxy-agent.ts';
import { keepSession, sharedTls } from './shared-tls.ts';

/**
 * Maximum bytes of a message; servers send 32 KiB. `ws` checks the announced length before it keeps any of the message.
 */
const MAX_MESSAGE_BYTES = 1024 * 1024;
/** Maximum bytes of a refusal's body. */
const MAX_STATUS_BYTES = 64 * 1024;
/** Milliseconds that a server may take to end the connection after both close frames. */
const CLOSE_TIMEOUT = 1_000;
/** Milliseconds of silence before TCP probes the peer, as in client-go. */
const TCP_KEEP_ALIVE_DELAY = 30_000;

export interface StreamRequest<T extends string> {
  /** The request, for the message that says what the server refused. */
  readonly call: ApiCall;
  /** Path and query. */
  readonly target: string;
  readonly protocols: readonly T[];
  readonly clock: Clock;
  /** Ends the handshake, but not a stream that it has opened. */
  readonly signal: AbortSignal;
}

/** An open WebSocket, paused: it emits no message before `resume`. */
export interface OpenStream<T extends string> {
  readonly socket: WebSocket;
  readonly protocol: T;
}

/** The connection of a WebSocket, paused; it contains the bytes behind the 101. */
export interface OpenConnection<T extends string> {
  readonly connection: Socket;
  readonly protocol: T;
}

/**
 * Opens a WebSocket to the API server, over HTTP/1.1 and without compression. podway never follows redirects: only the
 * server of the kubeconfig gets the credentials.
 *
 * @throws ApiFailure
 */
export async function openStream<T extends string>(
  access: StreamAccess,
  request: StreamRequest<T>,
): Promise<OpenStream<T>> {
  const { socket, protocol } = await shakeHands(access, request, WebSocket);
  return { socket, protocol };
}

/**
 * The same, but returns the connection without `ws`: for a caller that reads and writes frames itself.
 *
 * @throws ApiFailure
 */
export async function openConnection<T extends string>(
  access: StreamAccess,
  request: StreamRequest<T>,
): Promise<OpenConnection<T>> {
  const { socket, protocol } = await shakeHands(access, request, Handshake);
  if (socket.connection === undefined) throw new Error('ws has opened a WebSocket in another way');
  return { connection: socket.connection, protocol };
}

/** Does only the handshake of a WebSocket. */
class Handshake extends WebSocket {
  connection: Socket | undefined;

  /** `ws` calls it after it has checked the 101; the method of `ws` would begin to read. */
  setSocket(connection: Socket, head: Buffer): void {
    connection.setTimeout(0);
    connection.setNoDelay();
    if (head.length > 0) connection.unshift(head);
    // Until the connection has a user, which learns of its end by `close`.
    connection.on('error', () => undefined);
    this.connection = connection;
    this.emit('open');
  }

  override pause(): void {
    this.connection?.pause();
  }

  /** For `ws` it is still in its handshake, whose request is gone: the method of `ws` would throw. */
  override terminate(): void {
    if (this.connection === undefined) super.terminate();
    else this.connection.destroy();
  }
}

async function shakeHands<T extends string, S extends WebSocket>(
  access: StreamAccess,
  request: StreamRequest<T>,
  Kind: new (url: string, protocols: string[], options: ClientOptions) => S,
): Promise<{ readonly socket: S; readonly protocol: T }> {
  const { server, headers, tls, timeout } = access;
  const { call, target, protocols, clock, signal } = request;
  const agent = await proxyAgent(access);
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly socket: S; readonly protocol: T }>();
  const options = {
    ...tls,
    // An agent for a proxy makes its connections itself.
    ...(agent === undefined ? sharedTls(access) : { agent }),
    // HTTP/2 has no 101, so a server must not choose it.
    ALPNProtocols: ['http/1.1'],
    headers: { 'user-agent': 'podway', ...headers },
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload: MAX_MESSAGE_BYTES,
    autoPong: false,
    closeTimeout: CLOSE_TIMEOUT,
    finishRequest: (sent: ClientRequest) => {
      keepSession(access, sent);
      sent.end();
    },
  };
  const socket = new Kind(`${server.replace(/\/+$/, '')}${target}`, [...protocols], options);
  const cancel = clock.alarm(timeout, () => reject(tooSlow(call, timeout)));
  const abort = () => reject(new ApiFailure('cut', `${call.verb} ${call.resource.name} was cancelled`));
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  socket.on('upgrade', (answer) => {
    const choice = chosenProtocol(protocols, answer.headers['sec-websocket-protocol']);
    if ('problem' in choice) return reject(notUsable(call, choice.problem));
    answer.socket.setKeepAlive(true, TCP_KEEP_ALIVE_DELAY);
    socket.once('open', () => {
      socket.pause();
      resolve({ socket, protocol: choice.protocol });
    });
  });
  socket.on('unexpected-response', (sent: ClientRequest, answer: IncomingMessage) => {
    void refuse(call, answer, sent).then(reject);
  });
  // A socket may emit errors after its end, so this listener stays.
  socket.on('error', (error) => reject(failureOf(error, access, call)));
  try {
    return await promise;
  } catch (error) {
    socket.terminate();
    throw error;
  } finally {
    cancel();
    signal.removeEventListener('abort', abort);
  }
}

async function refuse(call: ApiCall, answer: IncomingMessage, sent: ClientRequest): Promise<ApiFailure> {
  const failure = await refusalOf(call, answer);
  sent.destroy();
  return failure;
}

/** The failure for an answer that is not a 101. Reads no more of its body than a Status needs. */
async function refusalOf(call: ApiCall, answer: IncomingMessage): Promise<ApiFailure> {
  const status = answer.statusCode ?? 0;
  const { location, 'retry-after': wait = '' } = answer.headers;
  if (status < 300) return notUsable(call, `the API server answered ${status} and opened no stream`);
  if (status < 400) {
    const where = location === undefined ? '' : ' to another place';
    const what = `the API server answered ${status}, a redirect${where}, which podway does not follow`;
    return failedCall('refused', call, what);
  }
  const retryAfter = /^\d{1,6}$/.test(wait) ? Number(wait) * 1000 : undefined;
  const { message } = readStatus(parseJson(await readBeginning(answer)));
  return refusedBy(call, { status, message, retryAfter });
}

/** At most MAX_STATUS_BYTES of a body; if the body ends before its end, the bytes before. */
async function readBeginning(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_STATUS_BYTES) break;
    }
  } catch {
    // A Status that ends before its end is not JSON, and is not used.
  }
  return Buffer.concat(chunks).subarray(0, MAX_STATUS_BYTES).toString('utf8');
}

function notUsable(call: ApiCall, why: string): ApiFailure {
  return failedCall('malformed', call, why);
}

function failureOf(error: Error, { server }: StreamAccess, call: ApiCall): ApiFailure {
  const code = ownString(error, 'code') ?? '';
  if (/no.application.protocol/i.test(code + error.message)) {
    return notUsable(
      call,
      'the server or a proxy in front of it does not support HTTP/1.1, which WebSockets require',
    );
  }
  // Errors of `ws` about an answer that is not a handshake have no code of the operating system.
  if (code === '' || code.startsWith('HPE_')) return notUsable(call, safeMessage(error));
  const { host } = new URL(server);
  return new ApiFailure('unreachable', `the API server at ${host} cannot be reached: ${safeMessage(error)}`);
}
