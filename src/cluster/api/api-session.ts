import type { Dispatcher } from 'undici';
import { own, ownString } from '../../wiring/json.ts';
import { type ApiCall, ApiFailure, type Refusal, refusedBy, safeMessage } from './api-failure.ts';
import { acceptOf, objectTarget, type Resource } from './api-request.ts';
import { parseJson, readStatus } from './status.ts';

/** One page of 500 pods is about 5 MB; a larger response is not a page. */
const LARGEST_PAGE = 256 * 1024 * 1024;
const LARGEST_STATUS = 64 * 1024;
/** The largest object a cluster stores is 1.5 MiB (etcd), JSON may double it. */
const LARGEST_OBJECT = 8 * 1024 * 1024;
/** Milliseconds; 0 is what undici calls none. A watch may be silent for minutes and has a watchdog of its own. */
const NONE = 0;

export interface ApiConnection {
  /** The URL of the API server; it may have a path. */
  readonly server: string;
  /** Distinguishes the cluster from another one that a kubeconfig names later. */
  readonly origin: string;
  /** What authenticates; a list is a field line each. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** With the TLS credentials; ends with the session. */
  readonly dispatcher: Dispatcher;
  /** Milliseconds that the server may take to begin an answer, or to go on with one that is not a watch. */
  readonly timeout: number;
}

interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Path and query. */
  readonly target: string;
  readonly body?: string;
  /** Of the body; default: JSON. */
  readonly contentType?: string;
  /** Milliseconds between two reads of the answer. */
  readonly bodyTimeout: number;
}

/** One or more requests over one set of credentials. */
export class ApiSession {
  readonly #connection: ApiConnection;
  readonly #signal: AbortSignal;
  readonly close = (): void => {
    this.#signal.removeEventListener('abort', this.close);
    // Resolves when the sockets are gone; no caller waits for that.
    void this.#connection.dispatcher.destroy().catch(() => undefined);
  };

  constructor(connection: ApiConnection, signal: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
    signal.addEventListener('abort', this.close);
    if (signal.aborted) this.close();
  }

  /** See ApiConnection. */
  get origin(): string {
    return this.#connection.origin;
  }

  /**
   * The whole answer of a GET, parsed.
   *
   * @throws ApiFailure
   */
  async json(call: ApiCall, target: string): Promise<unknown> {
    const page = parseJson((await this.bytes(call, target)).toString('utf8'));
    if (page === undefined) throw notJson(call);
    return page;
  }

  /**
   * The same as it came.
   *
   * @throws ApiFailure
   */
  async bytes(call: ApiCall, target: string): Promise<Buffer> {
    const { timeout } = this.#connection;
    const answer = await this.#request(call, { method: 'GET', target, bodyTimeout: timeout });
    if (answer.statusCode !== 200) throw await refusal(call, answer);
    return readBytes(answer.body, LARGEST_PAGE, call);
  }

  /**
   * One object by its name; undefined when the API server says that there is none. A 404 of something in between (a
   * balancer without backends, a wrong path) is a failure.
   *
   * @throws ApiFailure
   */
  async object(resource: Resource): Promise<unknown> {
    const { timeout } = this.#connection;
    const call: ApiCall = { resource, verb: 'get' };
    const answer = await this.#request(call, {
      method: 'GET',
      target: objectTarget(resource),
      bodyTimeout: timeout,
    });
    const text = await readAll(answer.body, LARGEST_OBJECT, call);
    const object = parseJson(text);
    if (answer.statusCode === 404 && isMissingObject(object, resource)) return undefined;
    if (answer.statusCode !== 200) throw refusedBy(call, refusalOf(answer, object));
    if (object !== undefined) return object;
    throw notJson(call);
  }

  /**
   * The body of a GET as it arrives.
   *
   * @throws ApiFailure, also from the iterator
   */
  async stream(call: ApiCall, target: string): Promise<AsyncIterable<Buffer>> {
    const answer = await this.#request(call, { method: 'GET', target, bodyTimeout: NONE });
    if (answer.statusCode !== 200) throw await refusal(call, answer);
    return streamed(answer.body, call);
  }

  /**
   * Creates an object. Resolves also when it is there already (409).
   *
   * @throws ApiFailure
   */
  async create(call: ApiCall, target: string, object: unknown): Promise<void> {
    const { timeout } = this.#connection;
    const body = JSON.stringify(object);
    const answer = await this.#request(call, { method: 'POST', target, body, bodyTimeout: timeout });
    if (answer.statusCode >= 300 && answer.statusCode !== 409) throw await refusal(call, answer);
    // The session ends, and what is left of the answer with it.
    answer.body.on('error', () => undefined);
  }

  /**
   * Merges `patch` into an object (strategic merge patch). Resolves also when there is none (404: 'gone'), and when the patch is meant
   * for another one of that name, or others wrote to it again and again meanwhile (409: 'conflict').
   *
   * @throws ApiFailure
   */
  async patch(call: ApiCall, target: string, patch: unknown): Promise<'done' | 'gone' | 'conflict'> {
    const { timeout } = this.#connection;
    const answer = await this.#request(call, {
      method: 'PATCH',
      target,
      body: JSON.stringify(patch),
      contentType: 'application/strategic-merge-patch+json',
      bodyTimeout: timeout,
    });
    const { statusCode } = answer;
    if (statusCode >= 300 && statusCode !== 404 && statusCode !== 409) throw await refusal(call, answer);
    // The object as it is now, which is not needed; behind it the connection is free.
    await answer.body.dump();
    if (statusCode < 300) return 'done';
    return statusCode === 404 ? 'gone' : 'conflict';
  }

  /**
   * The answer to an object that is posted, parsed.
   *
   * @throws ApiFailure
   */
  async post(call: ApiCall, target: string, object: unknown): Promise<unknown> {
    const { timeout } = this.#connection;
    const body = JSON.stringify(object);
    const answer = await this.#request(call, { method: 'POST', target, body, bodyTimeout: timeout });
    if (answer.statusCode >= 300) throw await refusal(call, answer);
    const answered = parseJson(await readAll(answer.body, LARGEST_STATUS, call));
    if (answered !== undefined) return answered;
    throw notJson(call);
  }

  /**
   * A small response of the server about itself, with any status. `attempt`: what it is asked for the sake of.
   *
   * @throws ApiFailure
   */
  async text(call: ApiCall, target: string): Promise<{ status: number; text: string }> {
    const { timeout } = this.#connection;
    const answer = await this.#request(call, { method: 'GET', target, bodyTimeout: timeout });
    return { status: answer.statusCode, text: await readAll(answer.body, LARGEST_STATUS, call) };
  }

  async #request(call: ApiCall, request: ApiRequest): Promise<Dispatcher.ResponseData> {
    const { server, dispatcher, timeout, headers: credentials } = this.#connection;
    const { target, body, contentType = 'application/json', ...others } = request;
    const { origin, pathname, host } = new URL(server);
    const path = `${pathname.replace(/\/+$/, '')}${target}`;
    const content = body === undefined ? {} : { 'content-type': contentType };
    const accept = acceptOf(call.resource, call.verb);
    const headers = { accept, 'user-agent': 'podway', ...content, ...credentials };
    const whole = { ...others, origin, path, headers, headersTimeout: timeout };
    try {
      return await dispatcher.request(body === undefined ? whole : { ...whole, body });
    } catch (error) {
      if (ownString(error, 'code') === 'UND_ERR_HEADERS_TIMEOUT') throw tooSlow(call, timeout);
      throw new ApiFailure(
        'unreachable',
        `the API server at ${host} cannot be reached: ${safeMessage(error)}`,
      );
    }
  }
}

async function refusal(call: ApiCall, answer: Dispatcher.ResponseData): Promise<ApiFailure> {
  const text = await readAll(answer.body, LARGEST_STATUS, call).catch(() => '');
  return refusedBy(call, refusalOf(answer, parseJson(text)));
}

function refusalOf(answer: Dispatcher.ResponseData, status: unknown): Refusal {
  const retryAfter = seconds(answer.headers['retry-after']);
  return { status: answer.statusCode, message: readStatus(status).message, retryAfter };
}

/** A Status object about this very name (Kubernetes API conventions, "Response Status Kind"). */
function isMissingObject(status: unknown, { name, objectName }: Resource): boolean {
  const details = own(status, 'details');
  return (
    ownString(status, 'kind') === 'Status' &&
    ownString(status, 'reason') === 'NotFound' &&
    ownString(details, 'kind') === name &&
    ownString(details, 'name') === objectName
  );
}

async function* streamed(body: AsyncIterable<Buffer>, call: ApiCall): AsyncGenerator<Buffer, void> {
  try {
    yield* body;
  } catch (error) {
    throw new ApiFailure('cut', `${call.verb} ${call.resource.name} broke off: ${safeMessage(error)}`);
  }
}

async function readAll(body: AsyncIterable<Buffer>, limit: number, call: ApiCall): Promise<string> {
  return (await readBytes(body, limit, call)).toString('utf8');
}

async function readBytes(body: AsyncIterable<Buffer>, limit: number, call: ApiCall): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of streamed(body, call)) {
    bytes += chunk.length;
    if (bytes > limit) throw new ApiFailure('oversized', `the answer is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** An answer, or a part of it. */
export function notJson({ verb, resource }: ApiCall): ApiFailure {
  return new ApiFailure('malformed', `the answer to ${verb} ${resource.name} is not JSON`);
}

function tooSlow({ verb, resource }: ApiCall, limit: number): ApiFailure {
  return new ApiFailure('silent', `no answer to ${verb} ${resource.name} began within ${limit} ms`);
}

/** Retry-After in milliseconds; API servers send seconds, never a date. */
function seconds(value: string | string[] | undefined): number | undefined {
  return typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}
