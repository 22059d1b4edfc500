import net, { type Socket } from 'node:net';
import { withTimeout } from '../fixtures/with-timeout.ts';

/** The bytes that a client got, and how its connection ended. */
export interface Got {
  readonly text: string;
  readonly ending: 'fin' | 'reset';
}

interface Asking {
  /** Whether the client ends its side after the text. */
  readonly ends?: boolean;
  /** Resolves also after this many bytes, and ends the connection. */
  readonly enough?: number;
}

/** Sends a text, and reads until the end. */
export function ask(
  port: number,
  text: string,
  { ends, enough = Number.POSITIVE_INFINITY }: Asking = {},
): Promise<Got> {
  const { promise, resolve } = Promise.withResolvers<Got>();
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let got = '';
  if (ends === true) socket.end(text);
  else socket.write(text);
  socket.setEncoding('latin1').on('data', (piece: string) => {
    got += piece;
    if (got.length < enough) return;
    socket.resetAndDestroy();
    resolve({ text: got, ending: 'reset' });
  });
  socket.on('end', () => {
    socket.end();
    resolve({ text: got, ending: 'fin' });
  });
  socket.on('error', () => resolve({ text: got, ending: 'reset' }));
  return withTimeout(promise, () => `the end of an answer, after ${JSON.stringify(got.slice(0, 100))}`);
}

/** A pod's program: answers the first bytes of each connection with its name and the peer's port, and ends. */
export function named(name: string): (socket: Socket) => void {
  return (socket) => {
    socket.once('data', () => socket.end(name));
  };
}

/** A pod's program: sends back the bytes that it gets. */
export function echo(socket: Socket): void {
  socket.pipe(socket);
}
