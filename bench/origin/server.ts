// The origin in Node: plain answers, event streams, a WebSocket echo.
import { createHash } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SocketAddress } from '../harness/rival.ts';
import { EventStreams } from './event-streams.ts';
import { ANSWERS, ECHO_PAYLOAD, ECHO_REPLY, ECHO_REQUEST } from './paths.ts';

const { address, port } = JSON.parse(process.argv[2] ?? '') as SocketAddress;
/** The GUID for Sec-WebSocket-Accept (RFC 6455 section 1.3). */
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const bodies = new Map(Object.entries(ANSWERS).map(([name, bytes]) => [name, Buffer.alloc(bytes, 'x')]));
const streams = new EventStreams();

const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, answer);
server.on('upgrade', accept);
server.listen({ port, host: address, backlog: 4096 });

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://origin');
  const name = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  if (name === 'proof') {
    const { host, 'x-token': token } = request.headers;
    end(response.setHeader('X-Origin', 'bench'), `${host} ${request.url} ${String(token)}`);
  } else if (name === 'events') {
    streams.add(response, url.searchParams.has('unbuffered'));
  } else if (name === 'upload') {
    request.resume().on('end', () => end(response, 'taken'));
  } else {
    end(response, bodies.get(name) ?? 'x');
  }
}

function end(response: ServerResponse, body: string | Buffer): void {
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}

/** Answers every frame of `ECHO_REQUEST` bytes with a frame of `ECHO_REPLY` bytes. The clients of the bench mask with zeros. */
function accept(request: IncomingMessage, duplex: Duplex, head: Buffer): void {
  const socket = duplex as Socket;
  const key = request.headers['sec-websocket-key'] ?? '';
  const digest = createHash('sha1').update(`${key}${ACCEPT_SUFFIX}`).digest('base64');
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${digest}\r\n\r\n`,
  );
  let pending: Buffer = head;
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= ECHO_REQUEST) {
      socket.write(replyTo(pending.subarray(0, ECHO_REQUEST)));
      pending = pending.subarray(ECHO_REQUEST);
    }
  });
  socket.on('end', () => socket.end());
}

function replyTo(frame: Buffer): Buffer {
  const reply = Buffer.allocUnsafe(ECHO_REPLY);
  // FIN and the opcode as received; no mask.
  reply[0] = frame[0] ?? 0;
  reply[1] = ECHO_PAYLOAD;
  frame.copy(reply, 2, ECHO_REQUEST - ECHO_PAYLOAD);
  return reply;
}
