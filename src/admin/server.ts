import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface AdminAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Answers by path. */
export type AdminPages = Readonly<Record<string, () => AdminAnswer | Promise<AdminAnswer>>>;

/** No admin answer takes longer than this, however slowly it is read. */
const LONGEST_EXCHANGE = 30_000;
const MOST_CONNECTIONS = 128;

export function json(status: number, value: unknown): AdminAnswer {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value, undefined, 2)}\n` };
}

export function plain(status: number, body: string): AdminAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

/** The second listener: for operators, probes and scrapers, never reachable through the first. Not listening yet. */
export function createAdminServer(pages: AdminPages, onError: (error: unknown) => void): Server {
  const byPath = new Map(Object.entries(pages));
  const server = createServer((request, response) => {
    const deadline = setTimeout(() => request.socket.destroy(), LONGEST_EXCHANGE).unref();
    response.once('close', () => clearTimeout(deadline));
    void answer(byPath, request)
      .catch((error: unknown) => {
        onError(error);
        return plain(500, 'internal error\n');
      })
      .then((result) => send(request, response, result));
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.headersTimeout = 10_000;
  server.requestTimeout = LONGEST_EXCHANGE;
  return server;
}

async function answer(
  pages: ReadonlyMap<string, () => AdminAnswer | Promise<AdminAnswer>>,
  { method, url = '' }: IncomingMessage,
): Promise<AdminAnswer> {
  const page = pages.get(url.replace(/[?#].*$/s, ''));
  if (!page) return plain(404, 'not found\n');
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'GET and HEAD only\n');
  return page();
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, contentType, body }: AdminAnswer,
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
