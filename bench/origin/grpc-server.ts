// The origin for gRPC without TLS. It uses only node:http2, because a library would use more of the load's core.
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { SocketAddress } from '../harness/rival.ts';
import { FRAMED, STREAMED } from './messages.ts';

const { address, port } = JSON.parse(process.argv[2] ?? '') as SocketAddress;

const server = createServer({ settings: { maxConcurrentStreams: 1_000 } });
server.on('stream', (stream: ServerHttp2Stream, headers) => {
  stream.on('error', () => stream.destroy());
  stream.resume();
  stream.on('end', () => answer(stream, headers));
});
server.listen({ port, host: address, backlog: 4096 });

function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const path = headers[':path'] ?? '';
  const name = path.slice(path.lastIndexOf('/') + 1).split('?', 1)[0];
  if (name === 'proof') {
    stream.respond({ 'x-origin': 'bench' });
    stream.end(`${headers[':authority'] ?? headers.host} ${path} ${String(headers['x-token'])}`);
    return;
  }
  stream.respond([':status', '200', 'content-type', 'application/grpc'], { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'grpc-message': '' }));
  if (name === 'stream') send(stream, STREAMED);
  else stream.end(FRAMED);
}

/**
 * Writes each message after the previous one has been sent, so that each is in a separate frame, as with a server that sends
 * messages when it has them.
 */
function send(stream: ServerHttp2Stream, left: number): void {
  if (left === 1) stream.end(FRAMED);
  else stream.write(FRAMED, (error) => error || send(stream, left - 1));
}
