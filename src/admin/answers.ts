import { once } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

export interface AdminAnswer {
  readonly status: number;
  readonly contentType: string;
  /** podway sends slices as the reader takes them, without a Content-Length, and does not read them for HEAD. */
  readonly body: string | Buffer | AsyncIterable<string>;
  readonly headers?: OutgoingHttpHeaders;
}

export function json(status: number, value: unknown): AdminAnswer {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value, undefined, 2)}\n` };
}

export function plain(status: number, body: string): AdminAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, contentType, body, headers }: AdminAnswer,
): Promise<void> {
  const isWhole = typeof body === 'string' || Buffer.isBuffer(body);
  response.writeHead(status, {
    'content-type': contentType,
    ...(isWhole && { 'content-length': Buffer.byteLength(body) }),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 && { allow: 'GET, HEAD' }),
    ...headers,
  });
  if (request.method === 'HEAD') response.end();
  else if (isWhole) response.end(body);
  else await stream(response, body);
}

/** Sends slices one by one. Holds one slice and the buffer of the socket, even if the client reads slowly. */
async function stream(response: ServerResponse, body: AsyncIterable<string>): Promise<void> {
  const left = Promise.withResolvers<void>();
  response.once('close', left.resolve);
  for await (const slice of body) {
    if (response.destroyed) return;
    if (!response.write(slice)) await Promise.race([once(response, 'drain'), left.promise]);
  }
  response.end();
}
