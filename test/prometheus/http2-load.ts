import { once } from 'node:events';
import { connect, constants, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { ping, PREFACE, settings } from '../fixtures/http2/frames.ts';

/** A pod that accepts gRPC calls and never answers. */
export async function startSilentPod(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer();
  server.on('session', (session) => session.on('error', () => undefined));
  server.on('stream', (stream) => stream.on('error', () => undefined));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

const CALL = {
  ':path': '/call',
  ':method': 'POST',
  ':authority': 'grpc.local',
  'content-type': 'application/grpc',
  te: 'trailers',
  'grpc-timeout': '50m',
};

/** A request that is answered, a request that is cancelled, and a call whose deadline passes before its pod answers. */
export async function requestOverHttp2(address: string, port: number): Promise<void> {
  const session = connect(`https://${address}:${port}`, { rejectUnauthorized: false });
  // podway may refuse the connection when it has its maximum of clients.
  const closed = new Promise<void>((resolve) => session.on('error', () => resolve()).on('close', resolve));
  const ask = (fields: Record<string, string>) => {
    const stream = session.request({ ':authority': 'shop.local', ...fields });
    stream.on('error', () => undefined);
    return { stream: stream.resume(), ended: once(stream, 'close') };
  };
  try {
    const cancelled = ask({ ':path': '/slow' });
    cancelled.stream.on('ready', () => cancelled.stream.close(constants.NGHTTP2_CANCEL));
    const all = [cancelled, ask({ ':path': '/' }), ask(CALL)].map(({ ended }) => ended);
    await Promise.race([Promise.all(all), closed]);
  } finally {
    session.destroy();
  }
}

/** A client whose connection podway closes, because of a PING on a stream (RFC 9113 section 6.7). */
export async function violateProtocol(address: string, port: number): Promise<void> {
  const socket = connectSecurely({
    host: address,
    port,
    ALPNProtocols: ['h2'],
    rejectUnauthorized: false,
  });
  const closed = new Promise<void>((resolve) =>
    socket.on('error', () => resolve()).on('close', () => resolve()),
  );
  socket.on('secureConnect', () => {
    const wrong = ping();
    wrong.writeUInt32BE(1, 5);
    socket.write(Buffer.concat([Buffer.from(PREFACE), settings([]), wrong]));
  });
  socket.resume();
  await closed;
  socket.destroy();
}
