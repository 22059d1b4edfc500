import type { IncomingMessage } from 'node:http';
import { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Milliseconds in which a client that was refused an upgrade has to end its side. */
const LINGER_TIMEOUT = 1_000;

/** The reasons of a Status object, as API servers have them. */
const REASONS = {
  400: 'BadRequest',
  403: 'Forbidden',
  404: 'NotFound',
  502: 'BadGateway',
} as const;

/** An answer of the proxy's own: a Status, which kubectl shows. The connection ends with it. */
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

/** A response for a request that asks for another protocol: Node makes none. The connection ends with it. */
export function responseTo(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  // Of a socket it uses what every Duplex has.
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
  socket.on('drain', () => response.emit('drain'));
  response.on('finish', () => {
    socket.end();
    socket.resume();
    setTimeout(() => socket.destroy(), LINGER_TIMEOUT).unref();
  });
  return response;
}
