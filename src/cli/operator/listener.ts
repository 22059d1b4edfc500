import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request, type RequestOptions } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { safeMessage } from '../../cluster/api/api-failure.ts';
import { TunnelError } from '../../cluster/streams/tunnel-error.ts';
import { ownString } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';
import { NOT_FOUND, OperatorError } from './operator-error.ts';
import { type ReadEvent, readEvents } from './read-events.ts';

/** An operator listener, and how to connect to it. */
export interface ListenerAddress {
  /** The name of a pod, or a URL; printable. */
  readonly name: string;
  /** A URL, or a function that makes a connection. */
  readonly way: URL | (() => Duplex);
}

/** A request for a page of the listener. */
export interface PageRequest {
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly signal: AbortSignal;
}

/** The reader of an event stream. */
export interface StreamReader {
  /** Called once, when the stream is open. */
  readonly opened: () => void;
  readonly take: (event: ReadEvent) => void;
}

interface Answer {
  readonly answer: IncomingMessage;
  readonly bytes: AsyncIterable<Buffer>;
}

/** Maximum time without data, in milliseconds. The listener ends an exchange after 30 s, and sends to a stream every 15 s. */
const IDLE_TIMEOUT = 40_000;
/** Maximum size of a document, in bytes. That of a table of 10,000 routes has 10 MB. */
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;
const MAX_PROBLEM_BYTES = 64 * 1024;

/** The client of one operator listener. It opens a new connection for each request, and does not follow redirects. */
export class Listener {
  readonly name: string;
  readonly #way: ListenerAddress['way'];
  readonly #token: string | undefined;

  constructor({ name, way }: ListenerAddress, token: string | undefined) {
    this.name = name;
    this.#way = way;
    this.#token = token;
  }

  /**
   * Requests a JSON document.
   *
   * @throws OperatorError
   */
  async document(requested: PageRequest): Promise<unknown> {
    return this.#with(requested, async ({ bytes }) => {
      const document = parsed(await wholeText(bytes, MAX_DOCUMENT_BYTES));
      if (document !== undefined) return document;
      throw new OperatorError(`${this.name}: the answer is not JSON: is it podway's operator listener?`);
    });
  }

  /**
   * Passes on the events of a stream until it ends.
   *
   * @throws OperatorError
   */
  async events(requested: PageRequest, { opened, take }: StreamReader): Promise<void> {
    await this.#with(requested, async ({ answer, bytes }) => {
      if (!(answer.headers['content-type'] ?? '').startsWith('text/event-stream'))
        throw new OperatorError(`${this.name}: the answer is not a stream of events`);
      opened();
      for await (const event of readEvents(bytes)) take(event);
    });
  }

  async #with<T>(requested: PageRequest, read: (answer: Answer) => Promise<T>): Promise<T> {
    const sent = this.#send(requested);
    const silence = setTimeout(
      () => sent.destroy(new Error(`received nothing within ${IDLE_TIMEOUT / 1_000} s`)),
      IDLE_TIMEOUT,
    );
    try {
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      const bytes = withActivity(answer, () => silence.refresh());
      if (answer.statusCode === 200) return await read({ answer, bytes });
      throw this.#refusal(requested, answer.statusCode ?? 0, await wholeText(bytes, MAX_PROBLEM_BYTES));
    } catch (error) {
      throw this.#failure(error);
    } finally {
      clearTimeout(silence);
      sent.destroy();
    }
  }

  #send({ path, query, headers, signal }: PageRequest): ClientRequest {
    const search = query === undefined || query.size === 0 ? '' : `?${query.toString()}`;
    const fields = {
      accept: 'application/json, text/event-stream',
      ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
      ...headers,
    };
    const way = this.#way;
    const sent =
      way instanceof URL
        ? byUrl(new URL(`${way.pathname.replace(/\/+$/, '')}${path}${search}`, way), {
            signal,
            headers: fields,
          })
        : request({
            signal,
            path: `${path}${search}`,
            headers: { host: 'localhost', ...fields },
            createConnection: way,
          });
    // Waiting code has its own listener; this one keeps a later error from ending the process.
    return sent.on('error', () => undefined).end();
  }

  #failure(error: unknown): OperatorError {
    if (error instanceof OperatorError) return error;
    if (!(error instanceof TunnelError))
      return new OperatorError(`${this.name} cannot be reached: ${safeMessage(error)}`, { isPassing: true });
    const isPassing = error.code !== 'ETUNNELFORBIDDEN';
    const hint = error.code === 'EPODREFUSED' ? ' (OPERATOR_PORT says where it listens, here --port)' : '';
    return new OperatorError(`${this.name}: ${error.message}${hint}`, { isPassing });
  }

  #refusal({ path }: PageRequest, status: number, body: string): OperatorError {
    const message = ownString(parsed(body), 'error');
    const text = printable(message ?? `the answer is ${status}`, 500);
    if (status === 401)
      return new OperatorError(
        this.#token === undefined
          ? `${this.name} requires a token: set --token-file FILE, or PODWAY_OPERATOR_TOKEN_FILE`
          : `${this.name} does not accept the token`,
      );
    if (status === 404 && (message === undefined || message.startsWith('no page ')))
      return new OperatorError(
        `${this.name} has no page ${path}: its podway is older than this one, or it is not an operator listener`,
      );
    if (status === 404) return new OperatorError(`${this.name}: ${text}`, { code: NOT_FOUND });
    return new OperatorError(`${this.name}: ${text}`, { isPassing: status >= 500 });
  }
}

function byUrl(url: URL, options: RequestOptions): ClientRequest {
  return (url.protocol === 'https:' ? secureRequest : request)(url, { ...options, agent: false });
}

async function* withActivity(
  answer: AsyncIterable<Buffer>,
  refresh: () => void,
): AsyncGenerator<Buffer, void> {
  for await (const chunk of answer) {
    refresh();
    yield chunk;
  }
}

async function wholeText(bytes: AsyncIterable<Buffer>, max: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > max) throw new OperatorError(`the answer is larger than ${max} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The parsed JSON, or undefined. The error of the parser would quote the text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
