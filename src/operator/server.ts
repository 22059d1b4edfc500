import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AdminAnswer, sendAnswer } from '../admin/answers.ts';
import { AdminConnections } from '../admin/connections.ts';
import type { AuditedQuestion } from '../telemetry/audit-log.ts';
import { auditedParameters } from './audited-parameters.ts';
import { EventStreams, STREAM_FIELDS, STREAM_LIMITS, type StreamLimits } from './event-streams.ts';
import {
  type EventStream,
  GUARDS,
  type OperatorAnswer,
  type OperatorPages,
  problem,
  type Question,
} from './operator-answers.ts';
import { type OperatorAccess, refusalOf, refusalOfFile } from './refusal.ts';

/** Maximum milliseconds of an exchange, except for streams, however slowly the client reads. */
const EXCHANGE_TIMEOUT = 30_000;
/** Maximum bytes of a request head: the head of an explain question contains the path and headers of another request. */
const MAX_HEAD_BYTES = 64 * 1024;
/** Milliseconds between two checks for request heads that are late. */
const HEAD_CHECK_INTERVAL = 2_000;

export interface OperatorServerOptions {
  readonly access: OperatorAccess;
  /** Maximum number of concurrent event streams. */
  readonly streams: number;
  /** Maximum number of connections, including those of streams. */
  readonly connections: number;
  readonly onError: (error: unknown) => void;
  /** Called for every request, also for refused ones, for the audit log. */
  readonly audited?: ((asked: AuditedQuestion) => void) | undefined;
  readonly limits?: Partial<StreamLimits>;
}

/**
 * Creates the operator listener; the caller makes it listen. It describes the cluster and changes no state. It accepts only GET and
 * HEAD, refuses requests of foreign web pages, and requires the token if one is configured.
 */
export function createOperatorServer(pages: OperatorPages, options: OperatorServerOptions): Server {
  const { streams: maxStreams, limits, onError } = options;
  const streams = new EventStreams({ ...STREAM_LIMITS, max: maxStreams, ...limits });
  const server = createServer(
    { maxHeaderSize: MAX_HEAD_BYTES, connectionsCheckingInterval: HEAD_CHECK_INTERVAL },
    (request, response) => {
      const question = questionOf(request);
      const report = audit(pages, options, { request, response, question });
      for (const [name, value] of Object.entries(GUARDS)) response.setHeader(name, value as string);
      const deadline = setTimeout(() => request.socket.resetAndDestroy(), EXCHANGE_TIMEOUT).unref();
      response.once('close', () => clearTimeout(deadline));
      // No page needs a body or an upgrade. podway does not read them, so the connection ends with the answer.
      if (hasMore(request)) response.shouldKeepAlive = false;
      const release = connections.begin(request, response, false);
      const goesOn = (stream: EventStream) => {
        clearTimeout(deadline);
        release?.();
        const mayGoOn = async () => (await refusalOf(options.access, question)) === undefined;
        const sent = streams.send({ request, response, stream, mayGoOn });
        report('began');
        return sent;
      };
      void (release === undefined ? busy('pages') : answerTo(pages, options.access, { request, question }))
        .catch((error: unknown) => {
          onError(error);
          return problem(500, 'internal error');
        })
        .then((result) => {
          // The client has already disconnected, so a stream would get no `close` event.
          if (response.destroyed) return;
          if (!('kind' in result)) return sendAnswer(request, response, result);
          if (request.method === 'HEAD') return void response.writeHead(200, STREAM_FIELDS).end();
          return streams.isFull
            ? busy('streams').then((it) => sendAnswer(request, response, it))
            : goesOn(result);
        })
        .catch((error: unknown) => {
          request.socket.resetAndDestroy();
          onError(error);
        });
    },
  );
  const connections = new AdminConnections(server, options.connections);
  server.headersTimeout = 10_000;
  server.requestTimeout = EXCHANGE_TIMEOUT;
  return server;
}

function hasMore({ headers }: IncomingMessage): boolean {
  const { 'transfer-encoding': coding, 'content-length': length = '0', upgrade } = headers;
  return coding !== undefined || upgrade !== undefined || Number(length) > 0;
}

interface Received {
  readonly request: IncomingMessage;
  readonly question: Question;
}

async function answerTo(
  { pages, files }: OperatorPages,
  access: OperatorAccess,
  { request: { method }, question }: Received,
): Promise<OperatorAnswer> {
  const { path } = question;
  const file = Object.hasOwn(files, path) ? files[path] : undefined;
  const refusal = file === undefined ? await refusalOf(access, question) : refusalOfFile(access, question);
  if (refusal !== undefined) return refusal;
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (file === undefined && page === undefined) return problem(404, 'no such page: /pages lists all pages');
  if (method !== 'GET' && method !== 'HEAD') return problem(405, 'GET and HEAD only');
  return file === undefined
    ? (page as (asked: Question) => OperatorAnswer)(question)
    : { status: 200, ...file };
}

async function busy(subject: string): Promise<AdminAnswer> {
  return { ...problem(503, `too many ${subject} at the same time`), headers: { 'retry-after': '1' } };
}

/** Reports the outcome of the request once it is over; the returned function reports that it continues. */
function audit(
  { pages, files }: OperatorPages,
  { audited, onError }: OperatorServerOptions,
  { request, response, question }: Received & { readonly response: ServerResponse },
): (stage: 'began') => void {
  const began = performance.now();
  const peer = request.socket.remoteAddress ?? '';
  let last: AuditedQuestion['stage'] = 'answered';
  const report = (stage: AuditedQuestion['stage']) => {
    try {
      const { path } = question;
      audited?.({
        stage,
        peer,
        method: request.method ?? '',
        path: Object.hasOwn(pages, path) || Object.hasOwn(files, path) ? path : '',
        about: auditedParameters(question),
        status: response.headersSent ? response.statusCode : 0,
        duration: performance.now() - began,
      });
    } catch (error) {
      onError(error);
    }
  };
  response.once('close', () => report(last));
  return (stage) => {
    last = 'ended';
    report(stage);
  };
}

/** Reads every target as a path and a query. A target in another form has no page. */
function questionOf({ url = '', headersDistinct }: IncomingMessage): Question {
  const [, path = '', query = ''] = /^([^?#]*)\??([^#]*)/.exec(url) ?? [];
  return { path, query: new URLSearchParams(query), headers: headersDistinct };
}
