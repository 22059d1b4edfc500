// TLS connections with one request each, one after the other.
import { once } from 'node:events';
import { type ConnectionOptions, connect } from 'node:tls';
import { AnswerReader } from './answer-reader.ts';
import { Percentiles } from './percentiles.ts';
import { type Target, finish, microseconds, readOptions } from './target.ts';

export interface HandshakesOptions {
  readonly target: Target;
  readonly connections: number;
  readonly seconds: number;
  /** Each connection resumes the TLS session of the previous one. */
  readonly resumed: boolean;
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
}

const { target, connections, seconds, resumed, maxVersion } = readOptions() as HandshakesOptions;
const REQUEST = `GET ${target.path} HTTP/1.1\r\nHost: ${target.host}\r\nConnection: close\r\n\r\n`;
/**
 * The key exchange group that both sides of a comparison support. The OpenSSL of the distribution, which nginx uses, does not
 * have X25519MLKEM768. podway would choose that group for a client that offers it, and it costs both ends more. With TLS 1.2
 * the groups must also contain the curve of the certificate's key (RFC 8422 section 5.1).
 */
const GROUPS = maxVersion === 'TLSv1.2' ? 'X25519:P-256' : 'X25519';
const latencies = new Percentiles();
let errors = 0;
const start = microseconds();
const end = start + seconds * 1e6;

await Promise.all(Array.from({ length: connections }, run));
const [p50 = 0, p99 = 0] = latencies.at(0.5, 0.99);
finish({ operations: latencies.count, seconds: (microseconds() - start) / 1e6, errors, p50, p99 });

async function run(): Promise<void> {
  let session: Buffer | undefined;
  for (let first = true; microseconds() < end; first = false) {
    const begun = microseconds();
    try {
      const isReused = await visit(session, (ticket) => (session = ticket));
      if (resumed && !first && !isReused) errors += 1;
      else latencies.add(microseconds() - begun);
    } catch {
      errors += 1;
    }
  }
}

/** Whether the session was resumed. */
async function visit(session: Buffer | undefined, keep: (ticket: Buffer) => void): Promise<boolean> {
  const options: ConnectionOptions = {
    host: target.address,
    port: target.port,
    servername: target.host,
    rejectUnauthorized: false,
    maxVersion,
    ecdhCurve: GROUPS,
    ...(resumed && session !== undefined && { session }),
  };
  const socket = connect(options);
  if (resumed) socket.on('session', keep);
  await once(socket, 'secureConnect');
  const isReused = socket.isSessionReused();
  const reader = new AnswerReader();
  socket.write(REQUEST);
  for (let isWhole = false; !isWhole; ) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    isWhole = reader.take(chunk);
  }
  socket.destroy();
  if (reader.status !== 200) throw new Error(`status ${reader.status}`);
  return isReused;
}
