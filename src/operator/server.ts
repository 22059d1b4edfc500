import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mayAsk } from '../admin/admin-hosts.ts';
import { isAskedByForeignPage } from '../admin/admin-origins.ts';
import { type AdminAnswer, sendAnswer } from '../admin/answers.ts';
import { AdminConnections } from '../admin/connections.ts';
import { EventStreams } from './event-streams.ts';
import {
  GUARDS,
  type OperatorAnswer,
  type OperatorPages,
  problem,
  type Question,
} from './operator-answers.ts';
import type { OperatorToken } from './token.ts';

/** No answer but a stream takes longer than this, however slowly it is read; milliseconds. */
const LONGEST_EXCHANGE = 30_000;
/** Bytes of a head: a question has a path and fields of a request in it. */
const LONGEST_HEAD = 64 * 1024;

export interface OperatorAccess {
  /** Further names under which pages are asked, see `mayAsk`. */
  readonly hosts: ReadonlySet<string>;
  /** Undefined: whoever reaches the listener may ask. */
  readonly token: OperatorToken | undefined;
  /** Event streams at a time. */
  readonly streams: number;
}

/** A question that was answered, or refused: for an audit log. Holds no secret. */
export interface Asked {
  readonly peer: string;
  readonly path: string;
  /** Of what was asked about; a query of that is left out. */
  readonly query: URLSearchParams;
  readonly status: number;
  /** Milliseconds; of a stream until its end. */
  readonly duration: number;
}

export interface OperatorServerOptions {
  readonly access: OperatorAccess;
  readonly onError: (error: unknown) => void;
  readonly audited?: ((asked: Asked) => void) | undefined;
}

/**
 * The listener of those who run podway. It describes the cluster and changes nothing: GET and HEAD only, for nobody whom a
 * web page leads here, and with a token where there is one. Not listening yet.
 */
export function createOperatorServer(pages: OperatorPages, options: OperatorServerOptions): Server {
  const { access, onError, audited } = options;
  const streams = new EventStreams(access.streams);
  const server = createServer({ maxHeaderSize: LONGEST_HEAD }, (request, response) => {
    const began = performance.now();
    const question = questionOf(request);
    response.once('close', () =>
      audited?.({
        peer: request.socket.remoteAddress ?? '',
        path: question.path,
        query: question.query,
        status: response.statusCode,
        duration: performance.now() - began,
      }),
    );
    for (const [name, value] of Object.entries(GUARDS)) response.setHeader(name, value as string);
    const deadline = setTimeout(() => request.socket.resetAndDestroy(), LONGEST_EXCHANGE).unref();
    response.once('close', () => clearTimeout(deadline));
    const isTaken = connections.begin(request, response, false);
    void (isTaken ? answerTo(pages, access, { request, question }) : busy('pages'))
      .catch((error: unknown) => {
        onError(error);
        return problem(500, 'internal error');
      })
      .then((result) => {
        if (!('kind' in result)) return sendAnswer(request, response, result);
        clearTimeout(deadline);
        return stream(streams, { request, response, result });
      })
      .catch((error: unknown) => {
        request.socket.resetAndDestroy();
        onError(error);
      });
  });
  const connections = new AdminConnections(server);
  server.headersTimeout = 10_000;
  server.requestTimeout = LONGEST_EXCHANGE;
  return server;
}

interface Asking {
  readonly request: IncomingMessage;
  readonly question: Question;
}

async function answerTo(
  { pages, files }: OperatorPages,
  { hosts, token }: OperatorAccess,
  { request, question }: Asking,
): Promise<OperatorAnswer> {
  const { path, headers } = question;
  if (!mayAsk(headers['host'] ?? [], hosts))
    return problem(
      403,
      'expected in Host: an address, localhost, a name without a dot or of the cluster (.svc, .cluster.local), or one of OPERATOR_HOSTS',
    );
  if (isAskedByForeignPage(request.headersDistinct)) return problem(403, 'not for pages of other origins');
  const file = Object.hasOwn(files, path) ? files[path] : undefined;
  if (file === undefined && token !== undefined) {
    const admission = await token.admit(headers['authorization']);
    if (admission === 'unreadable') return problem(503, 'the file of OPERATOR_TOKEN_FILE cannot be read');
    if (admission === 'refused')
      return {
        ...problem(401, 'expected Authorization: Bearer TOKEN'),
        headers: { 'www-authenticate': 'Bearer' },
      };
  }
  const { method } = request;
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (file === undefined && page === undefined) return problem(404, `no page ${JSON.stringify(path)}`);
  if (method !== 'GET' && method !== 'HEAD') return problem(405, 'GET and HEAD only');
  return file === undefined
    ? (page as (asked: Question) => OperatorAnswer)(question)
    : { status: 200, ...file };
}

async function stream(
  streams: EventStreams,
  {
    request,
    response,
    result,
  }: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly result: Exclude<OperatorAnswer, AdminAnswer>;
  },
): Promise<void> {
  if (streams.isFull) return sendAnswer(request, response, await busy('streams'));
  if (request.method === 'HEAD')
    return void response.writeHead(200, { 'content-type': 'text/event-stream' }).end();
  await streams.send(response, result);
}

async function busy(what: string): Promise<AdminAnswer> {
  return { ...problem(503, `too many ${what} at the same time`), headers: { 'retry-after': '1' } };
}

/** Read as a path and a query, whatever it is: a target that is none has no page. */
function questionOf({ url = '', headersDistinct }: IncomingMessage): Question {
  const [, path = '', query = ''] = /^([^?#]*)\??([^#]*)/.exec(url) ?? [];
  return { path, query: new URLSearchParams(query), headers: headersDistinct };
}
