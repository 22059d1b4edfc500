// Many connections that send one request each and then stay open and idle. Prints a line when all are open.
import { connect } from 'node:net';
import { AnswerReader } from '../load/answer-reader.ts';
import { readOptions, type Target } from '../load/target.ts';

export interface IdleOptions {
  readonly target: Target;
  readonly connections: number;
}

const { target, connections } = readOptions() as IdleOptions;

async function open(): Promise<void> {
  const socket = connect({ host: target.address, port: target.port, noDelay: true });
  const reader = new AnswerReader();
  socket.write(`GET ${target.path} HTTP/1.1\r\nHost: ${target.host}\r\n\r\n`);
  await new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      if (reader.take(chunk)) resolve();
    });
    socket.on('close', () => reject(new Error('a connection ended')));
    socket.on('error', reject);
  });
}

let remaining = connections;
async function openSome(): Promise<void> {
  while (remaining > 0) {
    remaining -= 1;
    await open();
  }
}
await Promise.all(Array.from({ length: 8 }, openSome));
console.log('open');
