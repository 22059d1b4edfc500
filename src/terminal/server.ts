import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TlsOptions, TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import type { PageFile, PageFiles } from './page-files.ts';
import { readBody } from './read-body.ts';
import { Refusal } from './refusal.ts';
import { contentSecurityPolicy, GUARDS, NO_CONTENT } from './rules/page-headers.ts';
import { MAX_PAGE_MESSAGE_BYTES, PAGE_PROTOCOL, TICKET_PROTOCOL } from './rules/page-messages.ts';
import { REFUSALS } from './rules/reasons.ts';
import { judge, type Purpose, type Site, type RequestOrigin } from './rules/same-origin.ts';
import type { TerminalSession } from './terminal-session.ts';
import type { Terminals } from './terminals.ts';

/** Maximum number of connections, including those of terminals. */
const MAX_CONNECTIONS = 512;
/** Maximum duration of a request, in milliseconds. */
const REQUEST_TIMEOUT = 30_000;
const SESSIONS = '/terminal/sessions';
const SOCKET = '/terminal/socket';

export interface TerminalServerOptions {
  readonly terminals: Terminals;
  readonly files: PageFiles;
  /** Called for each request. */
  readonly site: () => Site;
  /** Undefined: without TLS. */
  readonly tls?: TlsOptions;
  /** `Strict-Transport-Security` of answers; empty: none. */
  readonly hsts?: string;
  readonly entered?: (session: TerminalSession) => void;
}

/** The server of terminals: the page, requests for sessions, and their WebSockets. It does not listen yet. */
export function createTerminalServer(options: TerminalServerOptions): Server {
  const server = listenerOf(options, (request, response) => {
    if (options.hsts) response.setHeader('strict-transport-security', options.hsts);
    // After the request has been cut, the socket no longer has the address.
    const { remoteAddress: client = '' } = request.socket;
    answer(options, request, response).catch((error: unknown) => {
      const refusal = refusalOf(error);
      options.terminals.refused(refusal.reason, client);
      refuse(response, refusal);
    });
  });
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_PAGE_MESSAGE_BYTES,
    autoPong: false,
    handleProtocols: () => PAGE_PROTOCOL,
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined);
    try {
      upgrade(options, sockets, { request, socket, head });
    } catch (error) {
      refuseUpgrade(options.terminals, request.socket, error);
    }
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.headersTimeout = REQUEST_TIMEOUT;
  server.requestTimeout = REQUEST_TIMEOUT;
  return server;
}

function listenerOf({ tls }: TerminalServerOptions, listener: RequestListener): Server {
  if (tls === undefined) return createServer(listener);
  const server = createTlsServer(tls, listener);
  // A renegotiation (TLS 1.2) costs podway as much as a handshake, and the client almost nothing.
  server.on('secureConnection', (stream: TLSSocket) => stream.disableRenegotiation());
  return server;
}

async function answer(
  options: TerminalServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, url: path = '' } = request;
  if (path === SESSIONS) {
    const origin = requireNear(request, 'action', options.site());
    if (method !== 'POST') return send(response, 405, text('POST only\n'), { allow: 'POST' });
    return admit(options, origin, { request, response });
  }
  const site = options.site();
  requireNear(request, 'page', site);
  const { files } = options;
  const document = path === '/' ? files.document() : undefined;
  const file = document ?? files.part(path);
  if (file === undefined) return send(response, 404, text('not found\n'));
  if (method !== 'GET' && method !== 'HEAD')
    return send(response, 405, text('GET and HEAD only\n'), { allow: 'GET, HEAD' });
  const sockets = `${site.scheme === 'https' ? 'wss' : 'ws'}://${request.headers.host ?? ''}`;
  const policy = document && contentSecurityPolicy(document.nonce, sockets);
  send(response, 200, file, policy === undefined ? {} : { 'content-security-policy': policy });
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function admit(
  { terminals }: TerminalServerOptions,
  origin: string | undefined,
  { request, response }: Exchange,
): Promise<void> {
  const left = new AbortController();
  response.once('close', () => left.abort());
  const { authorization } = request.headersDistinct;
  const [, token] = /^Bearer ([\x21-\x7e]{1,16384})$/i.exec(authorization?.join('\n') ?? '') ?? [];
  if (token === undefined) throw new Refusal('unauthorized', 'expected a bearer token in Authorization');
  const body = await readBody(request);
  const ticket = await terminals.admit(token, body, { origin, signal: left.signal });
  send(response, 201, json({ ticket }));
}

interface Handshake {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

function upgrade(
  { terminals, site, entered }: TerminalServerOptions,
  sockets: WebSocketServer,
  { request, socket, head }: Handshake,
): void {
  const origin = requireNear(request, 'action', site());
  if (request.url !== SOCKET) throw new Refusal('bad-request', `expected WebSockets at ${SOCKET} only`);
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((it) => it.trim());
  const ticket = offered.find((it) => it.startsWith(TICKET_PROTOCOL));
  if (offered.length !== 2 || offered[0] !== PAGE_PROTOCOL || ticket === undefined)
    throw new Refusal('bad-request', `expected the subprotocols ${PAGE_PROTOCOL} and ${TICKET_PROTOCOL}...`);
  const grant = terminals.redeem(ticket.slice(TICKET_PROTOCOL.length), origin);
  sockets.handleUpgrade(request, socket, head, (page) => {
    const session = terminals.enter(grant, page);
    entered?.(session);
  });
}

/** The origin of an acceptable request. @throws Refusal */
function requireNear(request: IncomingMessage, purpose: Purpose, own: Site): string | undefined {
  const lines = request.headersDistinct;
  const from: RequestOrigin = {
    host: lines['host'] ?? [],
    origin: lines['origin'] ?? [],
    site: lines['sec-fetch-site'] ?? [],
    mode: lines['sec-fetch-mode'] ?? [],
    dest: lines['sec-fetch-dest'] ?? [],
  };
  const judgement = judge(from, purpose, own);
  if ('origin' in judgement) return judgement.origin;
  throw new Refusal(judgement.refused, WRONG[judgement.refused]);
}

const WRONG = {
  host: 'expected in Host a name of TERMINAL_ORIGINS, or localhost, an address of 127.0.0.0/8 or [::1] with the port of this listener',
  origin: 'expected no Origin but that of the terminal page',
  site: 'expected a request of the terminal page, not of another site',
} as const;

function text(body: string): PageFile {
  return { type: 'text/plain; charset=utf-8', body: Buffer.from(body) };
}

function json(value: unknown): PageFile {
  return { type: 'application/json', body: Buffer.from(`${JSON.stringify(value)}\n`) };
}

function send(
  response: ServerResponse,
  status: number,
  { type, body }: PageFile,
  fields: Readonly<Record<string, string>> = {},
): void {
  const own = { 'content-type': type, 'content-length': body.length };
  response.writeHead(status, { 'content-security-policy': NO_CONTENT, ...GUARDS, ...own, ...fields });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  if (response.destroyed) return;
  send(response, REFUSALS[refusal.reason], json({ reason: refusal.reason, message: refusal.message }), {
    connection: 'close',
  });
}

function refuseUpgrade(terminals: Terminals, socket: Socket, error: unknown): void {
  const { reason, message } = refusalOf(error);
  terminals.refused(reason, socket.remoteAddress ?? '');
  const status = REFUSALS[reason];
  const { type, body } = json({ reason, message });
  const fields = {
    ...GUARDS,
    'content-type': type,
    'content-length': String(body.length),
    connection: 'close',
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body.toString()}`);
}

function refusalOf(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal('bad-request', 'the request cannot be read');
}
