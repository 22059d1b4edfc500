import type { IncomingMessage } from 'node:http';
import { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Milliseconds that a client has to end its side after its upgrade was refused. */
const LINGER_TIMEOUT = 1_000;

/** Reasons in a Status object, as API servers name them. */
const REASONS = {
  400: 'BadRequest',
  403: 'Forbidden',
  404: 'NotFound',
  502: 'BadGateway',
} as const;

/** Sends an answer of the proxy itself: a Status object, which kubectl prints. The connection ends after it. */
export function answerStatus(response: ServerResponse, code: keyof typeof REASONS, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
  const text = `podway proxy: ${message}`;
  const body = JSON.stringify({ ...status, message: text, reason: REASONS[code], code });
  const length = Buffer.byteLength(body);
  response.writeHead(code, {
    'content-type': 'application/json',
    'content-length': length,
    connection: 'close',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

/** A response to a request for another protocol, for which Node creates none. The connection ends after it. */
export function responseTo(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  // ServerResponse uses only members of the socket that every Duplex has.
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
  socket.on('drain', () => response.emit('drain'));
  response.on('finish', () => {
    socket.end();
    socket.resume();
    setTimeout(() => socket.destroy(), LINGER_TIMEOUT).unref();
  });
  return response;
}
