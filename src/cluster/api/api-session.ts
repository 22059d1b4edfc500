import type { Dispatcher } from 'undici';
import { own, ownString } from '../../wiring/json.ts';
import {
  type ApiCall,
  ApiFailure,
  failedCall,
  type Refusal,
  refusedBy,
  safeMessage,
  tooSlow,
} from './api-failure.ts';
import { acceptOf, objectTarget, type Resource } from './api-request.ts';
import { parseJson, readStatus } from './status.ts';

/** Maximum bytes of a page. 500 pods have about 5 MB; a larger response is not a page. */
const MAX_PAGE_BYTES = 256 * 1024 * 1024;
const MAX_STATUS_BYTES = 64 * 1024;
/** Maximum bytes of an object. A cluster stores objects of up to 1.5 MiB (etcd), and JSON may double that. */
const MAX_OBJECT_BYTES = 8 * 1024 * 1024;
/** No timeout, in undici's terms. A watch may be silent for minutes, and has its own watchdog. */
const NO_TIMEOUT = 0;

export interface ApiConnection {
  /** The URL of the API server; it may have a path. */
  readonly server: string;
  /** Distinguishes the cluster from another one that a kubeconfig names later. */
  readonly origin: string;
  /** Fields that authenticate podway; a list is one field line per value. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** Has the TLS credentials; the session destroys it. */
  readonly dispatcher: Dispatcher;
  /** Milliseconds that the server has to begin an answer, or to continue one that is not a watch. */
  readonly timeout: number;
}

interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Path and query. */
  readonly target: string;
  readonly body?: string;
  /** Type of the body; JSON by default. */
  readonly contentType?: string;
  /** Maximum milliseconds between two reads of the answer. */
  readonly bodyTimeout: number;
}

/** One or more requests with one set of credentials. */
export class ApiSession {
  readonly #connection: ApiConnection;
  readonly #signal: AbortSignal;
  readonly close = (): void => {
    this.#signal.removeEventListener('abort', this.close);
    // Resolves when the sockets are closed; no caller waits for that.
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
   * The whole answer of a GET, as received.
   *
   * @throws ApiFailure
   */
  async bytes(call: ApiCall, target: string): Promise<Buffer> {
    const { timeout } = this.#connection;
    const answer = await this.#request(call, { method: 'GET', target, bodyTimeout: timeout });
    if (answer.statusCode !== 200) throw await refusal(call, answer);
    return readBytes(answer.body, MAX_PAGE_BYTES, call);
  }

  /**
   * One object by its name; undefined if the API server answers that there is none. A 404 of something between podway
   * and the server (a load balancer without backends, a wrong path) is a failure.
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
    const text = await readAll(answer.body, MAX_OBJECT_BYTES, call);
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
    const answer = await this.#request(call, { method: 'GET', target, bodyTimeout: NO_TIMEOUT });
    if (answer.statusCode !== 200) throw await refusal(call, answer);
    return streamed(answer.body, call);
  }

  /**
   * Creates an object. Resolves also if it exists already (409).
   *
   * @throws ApiFailure
   */
  async create(call: ApiCall, target: string, object: unknown): Promise<void> {
    const { timeout } = this.#connection;
    const body = JSON.stringify(object);
    const answer = await this.#request(call, { method: 'POST', target, body, bodyTimeout: timeout });
    if (answer.statusCode >= 300 && answer.statusCode !== 409) throw await refusal(call, answer);
    // The session ends soon, and with it the rest of the answer.
    answer.body.on('error', () => undefined);
  }

  /**
   * Merges `patch` into an object (strategic merge patch). Resolves also with 'gone' if there is no such object (404),
   * and with 'conflict' if the patch is for another object of that name, or if others kept writing to the object (409).
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
    // podway does not need the object in the answer, but the connection is free only after it.
    await answer.body.dump();
    if (statusCode < 300) return 'done';
    return statusCode === 404 ? 'gone' : 'conflict';
  }

  /**
   * Posts an object; resolves with the parsed answer.
   *
   * @throws ApiFailure
   */
  async post(call: ApiCall, target: string, object: unknown): Promise<unknown> {
    const { timeout } = this.#connection;
    const body = JSON.stringify(object);
    const answer = await this.#request(call, { method: 'POST', target, body, bodyTimeout: timeout });
    if (answer.statusCode >= 300) throw await refusal(call, answer);
    const answered = parseJson(await readAll(answer.body, MAX_STATUS_BYTES, call));
    if (answered !== undefined) return answered;
    throw notJson(call);
  }

  /**
   * A small response of the server about itself, with any status. `call`: the failed request because of which podway
   * asks.
   *
   * @throws ApiFailure
   */
  async text(call: ApiCall, target: string): Promise<{ status: number; text: string }> {
    const { timeout } = this.#connection;
    const answer = await this.#request(call, { method: 'GET', target, bodyTimeout: timeout });
    return { status: answer.statusCode, text: await readAll(answer.body, MAX_STATUS_BYTES, call) };
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
  const text = await readAll(answer.body, MAX_STATUS_BYTES, call).catch(() => '');
  return refusedBy(call, refusalOf(answer, parseJson(text)));
}

function refusalOf(answer: Dispatcher.ResponseData, status: unknown): Refusal {
  const retryAfter = seconds(answer.headers['retry-after']);
  return { status: answer.statusCode, message: readStatus(status).message, retryAfter };
}

/** Whether it is a Status object about exactly this name (Kubernetes API conventions, "Response Status Kind"). */
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
    throw failedCall('cut', call, `the connection ended: ${safeMessage(error)}`);
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

/** The failure for an answer, or a part of one, that is not JSON. */
export function notJson({ verb, resource }: ApiCall): ApiFailure {
  return new ApiFailure('malformed', `the answer to ${verb} ${resource.name} is not JSON`);
}

/** Retry-After in milliseconds; API servers send seconds, never a date. */
function seconds(value: string | string[] | undefined): number | undefined {
  return typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}
