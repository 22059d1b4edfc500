import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { Server, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

export interface ServerTls {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** Signed the certificate of the server and those of its clients. */
  readonly ca: Buffer;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;
type Http2Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

/** HTTP/2, or HTTP/1.1 for clients without; asks for a client certificate but does not insist. */
export function createTlsServer(tls: ServerTls, listener: Listener): Server {
  const options = { ...tls, allowHTTP1: true, requestCert: true, rejectUnauthorized: false };
  // Node's compatibility API: what the stand-in uses of requests and responses is the same in both.
  return createSecureServer(options, listener as unknown as Http2Listener);
}

/** Who the client says it is, if the certificate is good. */
export function commonName(socket: Socket): string | undefined {
  // The socket of an HTTP/2 request is a proxy of the real one.
  const { getPeerCertificate, authorized } = socket as Partial<TLSSocket>;
  if (authorized !== true) return undefined;
  const name = getPeerCertificate?.call(socket).subject?.CN;
  return typeof name === 'string' ? name : undefined;
}
