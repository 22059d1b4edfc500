import { HttpMethod, KubeConfig, RequestContext } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';
import { ownString } from '../wiring/json.ts';
import { printable } from '../wiring/rejection.ts';
import { type Attempt, ApiFailure, refusedBy } from './failure.ts';
import { SourceError } from './source.ts';
import { parseJson, readStatus } from './watch-line.ts';

/** A stalled answer is given up after this many milliseconds; the server's own limit for a request is 60 s. */
const HEADERS_TIMEOUT = 65_000;
/** Between two reads of a list. A watch may be silent for minutes and has a watchdog of its own. */
const LIST_IDLE_TIMEOUT = 30_000;
/** How long a credential plugin may think. */
const CREDENTIALS_TIMEOUT = 60_000;
/** Milliseconds of silence before TCP asks whether the peer is still there, as client-go does. */
const TCP_KEEP_ALIVE_DELAY = 30_000;
/** One page of 500 pods is about 5 MB; an answer beyond this is not a page. */
const LARGEST_PAGE = 256 * 1024 * 1024;
const LARGEST_STATUS = 64 * 1024;

/** The API server of a kubeconfig: address, credentials, and what it turned out to be able to do. */
export class ApiServer {
  /** Until it turned out that this server does not know `sendInitialEvents`. */
  streamsLists = true;
  readonly #load: () => KubeConfig;
  #config: KubeConfig | undefined;

  /** @param load reads the kubeconfig; called again when the server no longer accepts what it said */
  constructor(load: () => KubeConfig) {
    this.#load = load;
  }

  /**
   * A connection with the credentials of this moment: rotated tokens, certificates and CA bundles count from the
   * next session on. Ends with `close`, or when `signal` aborts.
   *
   * @throws ApiFailure
   */
  async open(signal: AbortSignal): Promise<ApiSession> {
    try {
      this.#config ??= plainHttpAllowed(this.#load());
      const server = this.#config.getCurrentCluster()?.server;
      if (server === undefined) throw new SourceError('the kubeconfig has no current context with a cluster');
      const context = new RequestContext(server, HttpMethod.GET);
      await within(CREDENTIALS_TIMEOUT, signal, this.#config.applySecurityAuthentication(context));
      const keepAlive = { keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_DELAY };
      const dispatcher = context.getDispatcher() ?? new Agent({ connect: keepAlive });
      return new ApiSession(server.replace(/\/+$/, ''), authHeaders(context), dispatcher, signal);
    } catch (error) {
      this.forget();
      throw new ApiFailure('credentials', `no credentials for the API server: ${safeMessage(error)}`);
    }
  }

  /** Read the kubeconfig, token file and all, again before the next session. */
  forget(): void {
    this.#config = undefined;
  }
}

/** One or more requests over one set of credentials. */
export class ApiSession {
  readonly #server: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #dispatcher: Dispatcher;
  readonly #signal: AbortSignal;
  readonly close = (): void => {
    this.#signal.removeEventListener('abort', this.close);
    // Resolves when the sockets are gone; nobody waits for that.
    void this.#dispatcher.destroy().catch(() => undefined);
  };

  constructor(
    server: string,
    headers: Readonly<Record<string, string>>,
    dispatcher: Dispatcher,
    signal: AbortSignal,
  ) {
    this.#server = server;
    this.#headers = headers;
    this.#dispatcher = dispatcher;
    this.#signal = signal;
    signal.addEventListener('abort', this.close);
    if (signal.aborted) this.close();
  }

  /**
   * The whole answer of a GET, parsed.
   *
   * @throws ApiFailure
   */
  async json(attempt: Attempt, target: string): Promise<unknown> {
    const body = await this.#get(attempt, target, LIST_IDLE_TIMEOUT);
    const page = parseJson(await readAll(body, LARGEST_PAGE, attempt));
    if (page === undefined) {
      throw new ApiFailure('malformed', `the answer to ${attempt.verb} ${attempt.resource.name} is not JSON`);
    }
    return page;
  }

  /**
   * The body of a GET as it arrives.
   *
   * @throws ApiFailure, also from the iterator
   */
  async stream(attempt: Attempt, target: string): Promise<AsyncIterable<Buffer>> {
    return streamed(await this.#get(attempt, target, 0), attempt);
  }

  async #get(attempt: Attempt, target: string, bodyTimeout: number): Promise<AsyncIterable<Buffer>> {
    const { origin, pathname } = new URL(this.#server);
    const path = `${pathname.replace(/\/+$/, '')}${target}`;
    const headers = { accept: 'application/json', 'user-agent': 'podway', ...this.#headers };
    const timeouts = { headersTimeout: HEADERS_TIMEOUT, bodyTimeout };
    let answer: Dispatcher.ResponseData;
    try {
      answer = await this.#dispatcher.request({ origin, path, method: 'GET', headers, ...timeouts });
    } catch (error) {
      throw new ApiFailure('unreachable', `${new URL(this.#server).host}: ${safeMessage(error)}`);
    }
    if (answer.statusCode === 200) return answer.body;
    const status = parseJson(await readAll(answer.body, LARGEST_STATUS, attempt).catch(() => ''));
    const retryAfter = seconds(answer.headers['retry-after']);
    throw refusedBy(attempt, { status: answer.statusCode, message: readStatus(status).message, retryAfter });
  }
}

async function* streamed(body: AsyncIterable<Buffer>, attempt: Attempt): AsyncGenerator<Buffer, void> {
  try {
    yield* body;
  } catch (error) {
    throw new ApiFailure('cut', `${attempt.verb} ${attempt.resource.name} broke off: ${safeMessage(error)}`);
  }
}

async function readAll(body: AsyncIterable<Buffer>, limit: number, attempt: Attempt): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of streamed(body, attempt)) {
    bytes += chunk.length;
    if (bytes > limit) throw new ApiFailure('oversized', `the answer is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** client-node refuses `http://` unless TLS verification is off, which says nothing where there is no TLS. */
function plainHttpAllowed(config: KubeConfig): KubeConfig {
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
  return config;
}

/** A token file often ends in a newline, which no header value may. */
function authHeaders(context: RequestContext): Record<string, string> {
  return Object.fromEntries(
    Object.entries(context.getHeaders()).map(([name, value]) => [name, value.trim()]),
  );
}

/** `work`, or a rejection when it takes too long or nobody waits any more. */
async function within<T>(limit: number, signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new Error('aborted'));
  const timer = setTimeout(() => reject(new Error(`no answer within ${limit / 1000} s`)), limit);
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([work, givenUp]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** Parsers quote what they could not parse, and here that may be a token. */
function safeMessage(error: unknown): string {
  if (error instanceof SyntaxError) return 'what should be JSON is not';
  if (error instanceof AggregateError) return ownString(error, 'code') ?? 'every address failed';
  return error instanceof Error ? printable(error.message || error.name) : 'unknown error';
}

/** Retry-After in milliseconds; API servers send seconds, never a date. */
function seconds(value: string | string[] | undefined): number | undefined {
  return typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}
