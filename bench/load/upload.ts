// Uploads on a few connections. Each connection sends one upload after the other.
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { AnswerReader } from './answer-reader.ts';
import { Percentiles } from './percentiles.ts';
import { type Target, finish, microseconds, readOptions } from './target.ts';

export interface UploadOptions {
  readonly target: Target;
  readonly bytes: number;
  readonly connections: number;
  readonly seconds: number;
}

const PIECE = Buffer.alloc(64 * 1024, 'x');

const { target, bytes, connections, seconds } = readOptions() as UploadOptions;
const latencies = new Percentiles();
let errors = 0;
const start = microseconds();
const end = start + seconds * 1e6;

await Promise.all(
  Array.from({ length: connections }, () =>
    run().catch(() => {
      errors += 1;
    }),
  ),
);
const [p50 = 0, p99 = 0] = latencies.at(0.5, 0.99);
finish({ operations: latencies.count, seconds: (microseconds() - start) / 1e6, errors, p50, p99 });

async function run(): Promise<void> {
  const place = { host: target.address, port: target.port, noDelay: true };
  const isSecure = target.secure === true;
  const socket = isSecure ? connectSecurely({ ...place, rejectUnauthorized: false }) : connect(place);
  await once(socket, isSecure ? 'secureConnect' : 'connect');
  while (microseconds() < end) {
    const begun = microseconds();
    const status = await upload(socket);
    if (status === 200) latencies.add(microseconds() - begun);
    else errors += 1;
  }
  socket.destroy();
}

/** Resolves with the status when the answer is complete. */
function upload(socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    const reader = new AnswerReader();
    let left = bytes;
    const write = (): void => {
      while (left > 0) {
        const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
        left -= piece.length;
        if (!socket.write(piece)) return;
      }
    };
    const read = (chunk: Buffer): void => {
      if (!reader.take(chunk)) return;
      // A proxy that answers before it has received the body has not forwarded it.
      if (left > 0) settle(() => reject(new Error('answered before the end of the body')));
      else settle(() => resolve(reader.status));
    };
    const broken = (): void => settle(() => reject(new Error('the connection ended')));
    const settle = (then: () => void): void => {
      socket.off('data', read).off('drain', write).off('close', broken).off('error', broken);
      then();
    };
    socket.on('data', read).on('drain', write).on('close', broken).on('error', broken);
    socket.write(`POST ${target.path} HTTP/1.1\r\nHost: ${target.host}\r\nContent-Length: ${bytes}\r\n\r\n`);
    write();
  });
}
