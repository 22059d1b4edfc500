import { createHash } from 'node:crypto';
import { head } from './check.ts';
import type { Answer, OriginRequest } from './origin.ts';

/** The key of RFC 6455 section 1.3, and its accept value. */
export const SAMPLE_KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

export function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

/** A handshake as a browser sends it; further lines go behind. */
export function handshake(target: string, ...lines: string[]): string {
  return head(
    `GET ${target} HTTP/1.1`,
    'Host: t.local',
    'Connection: Upgrade',
    'Upgrade: websocket',
    `Sec-WebSocket-Key: ${SAMPLE_KEY}`,
    'Sec-WebSocket-Version: 13',
    ...lines,
  );
}

/** A pod's agreement to the handshake. */
export function switching(...lines: string[]): string {
  return head(
    'HTTP/1.1 101 Switching Protocols',
    'Connection: Upgrade',
    'Upgrade: websocket',
    `Sec-WebSocket-Accept: ${acceptOf(SAMPLE_KEY)}`,
    ...lines,
  );
}

/** From here on the pod sends back whatever it gets, as bytes, until the router ends its side. */
export const echo = async ({ connection }: OriginRequest): Promise<void> => {
  const { socket, inbox } = connection;
  socket.write(inbox.unread());
  socket.on('data', (chunk: Buffer) => socket.write(chunk));
  await inbox.ended;
};

export const echoing: Answer = [switching(), echo];
