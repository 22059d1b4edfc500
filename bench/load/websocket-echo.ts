// WebSocket round trips, one at a time on each connection.
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ECHO_PAYLOAD, ECHO_REPLY, ECHO_REQUEST } from '../origin/paths.ts';
import { Percentiles } from './percentiles.ts';
import { type Target, finish, microseconds, readOptions } from './target.ts';
import { openWebSocket } from './websocket.ts';

export interface WebSocketEchoOptions {
  readonly target: Target;
  readonly connections: number;
  readonly seconds: number;
}

const FIN_BINARY = 0x82;
const MASKED = 0x80;
const frame = Buffer.alloc(ECHO_REQUEST);
// Masked with zeros, so the payload stays as it is: RFC 6455 section 5.3 requires a mask, and a client may choose any.
frame[0] = FIN_BINARY;
frame[1] = MASKED | ECHO_PAYLOAD;
frame.fill('x', ECHO_REQUEST - ECHO_PAYLOAD);

const { target, connections, seconds } = readOptions() as WebSocketEchoOptions;
const latencies = new Percentiles();
let errors = 0;
let running = true;

const sockets: Socket[] = [];
for (let at = 0; at < connections; at += 1) sockets.push(await openWebSocket(target));
const start = microseconds();
for (const socket of sockets) echo(socket);
await delay(seconds * 1_000);
running = false;
const [p50 = 0, p99 = 0] = latencies.at(0.5, 0.99);
finish({ operations: latencies.count, seconds: (microseconds() - start) / 1e6, errors, p50, p99 });

function echo(socket: Socket): void {
  let missing = 0;
  let sent = 0;
  const send = (): void => {
    missing = ECHO_REPLY;
    sent = microseconds();
    socket.write(frame);
  };
  for (const event of ['error', 'end'] as const) socket.on(event, () => (errors += 1));
  socket.on('data', (chunk: Buffer) => {
    missing -= chunk.length;
    if (missing < 0) errors += 1;
    if (missing > 0) return;
    latencies.add(microseconds() - sent);
    if (running) send();
  });
  send();
}
