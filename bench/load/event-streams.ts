// Many event streams: measures the time from when the origin writes an event until a client gets it.
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Percentiles } from './percentiles.ts';
import { type Target, finish, microseconds, readOptions } from './target.ts';

export interface EventStreamsOptions {
  readonly target: Target;
  readonly streams: number;
  readonly seconds: number;
}

/** Number of streams that the load opens at the same time. */
const OPENING = 50;

const { target, streams, seconds } = readOptions() as EventStreamsOptions;
const request = `GET ${target.path} HTTP/1.1\r\nHost: ${target.host}\r\nAccept: text/event-stream\r\n\r\n`;
const delays = new Percentiles();
let counting = false;
let errors = 0;

let unopened = streams;
await Promise.all(Array.from({ length: OPENING }, openSome));
counting = true;
const start = microseconds();
await delay(seconds * 1_000);
const [p50 = 0, p99 = 0] = delays.at(0.5, 0.99);
finish({ operations: delays.count, seconds: (microseconds() - start) / 1e6, errors, p50, p99 });

async function openSome(): Promise<void> {
  while (unopened > 0) {
    unopened -= 1;
    await open();
  }
}

async function open(): Promise<void> {
  const socket = connect({ host: target.address, port: target.port, noDelay: true });
  socket.on('error', () => (errors += 1));
  socket.on('end', () => (errors += 1));
  await once(socket, 'connect');
  socket.write(request);
  const [head] = (await once(socket, 'data')) as [Buffer];
  if (!head.toString('latin1', 0, 12).endsWith(' 200')) errors += 1;
  read(socket);
}

function read(socket: Socket): void {
  let rest = '';
  socket.on('data', (chunk: Buffer) => {
    const now = microseconds();
    const text = rest + chunk.toString('latin1');
    const complete = text.lastIndexOf('\n\n');
    rest = text.slice(complete + 1);
    if (!counting || complete < 0) return;
    // A chunk may have several events, so chunk sizes are ignored.
    for (const [, written] of text.slice(0, complete).matchAll(/data: (\d+)/g)) {
      delays.add(now - Number(written) / 1_000);
    }
  });
}
