/** A pod of the demo that speaks gRPC over HTTP/2 without TLS: the standard health check (grpc.health.v1). */
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { listenAsPod } from './pod-process.ts';

/** A gRPC message: the flag "not compressed", its length, and a HealthCheckResponse with the status SERVING. */
const SERVING = Buffer.from([0, 0, 0, 0, 2, 0x08, 0x01]);
const UNIMPLEMENTED = '12';

const server = createServer();

server.on('stream', (stream: ServerHttp2Stream, headers) => {
  stream.on('error', () => undefined);
  // Not a gRPC call; for example, the request of a browser.
  if (headers['content-type']?.startsWith('application/grpc') !== true) {
    stream.respond({ ':status': 415, 'content-type': 'text/plain' });
    stream.end('this pod speaks gRPC\n');
    return;
  }
  const fields = { ':status': 200, 'content-type': 'application/grpc' };
  if (headers[':path'] !== '/grpc.health.v1.Health/Check') {
    stream.respond({ ...fields, 'grpc-status': UNIMPLEMENTED }, { endStream: true });
    return;
  }
  stream.respond(fields, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.resume().on('end', () => stream.end(SERVING));
});

listenAsPod(server);
