// New connections one after the other, with one request each: the time from `connect` until the answer.
import { once } from 'node:events';
import { connect } from 'node:net';
import { AnswerReader } from '../load/answer-reader.ts';
import { Percentiles } from '../load/percentiles.ts';
import { finish, microseconds, readOptions, type Target } from '../load/target.ts';

export interface OpeningOptions {
  readonly target: Target;
  readonly seconds: number;
}

const { target, seconds } = readOptions() as OpeningOptions;
const latencies = new Percentiles();
let errors = 0;
const start = microseconds();
while (microseconds() < start + seconds * 1e6) {
  const begun = microseconds();
  const socket = connect({ host: target.address, port: target.port, noDelay: true });
  socket.write(`GET ${target.path} HTTP/1.1\r\nHost: ${target.host}\r\nConnection: close\r\n\r\n`);
  const reader = new AnswerReader();
  const answered = new Promise<boolean>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      if (reader.take(chunk)) resolve(reader.status === 200);
    });
    socket.on('close', () => resolve(false));
    socket.on('error', () => resolve(false));
  });
  if (await answered) latencies.add(microseconds() - begun);
  else errors += 1;
  // The pod must end the connection, because a reset by the client may end kubectl.
  await once(socket, 'close');
}
const [p50 = 0, p99 = 0] = latencies.at(0.5, 0.99);
finish({ operations: latencies.count, seconds: (microseconds() - start) / 1e6, errors, p50, p99 });
