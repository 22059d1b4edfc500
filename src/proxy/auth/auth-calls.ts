import type { Dispatcher } from 'undici';
import type { AuthResult } from '../../boundary/auth-figures.ts';
import type { AuthService } from '../../boundary/auth-service.ts';
import type { AuthAnswer, AuthFields, AuthServices } from '../exchange/auth-services.ts';
import type { AuthCounts } from '../counts/auth-counts.ts';
import { openAgent } from './agent.ts';
import { readAnswer } from './read-answer.ts';

/** Maximum size of the body of an answer that podway reads so that it can reuse the connection, in bytes. */
const MAX_BODY_BYTES = 65_536;

const UNAVAILABLE: AuthAnswer = { kind: 'unavailable', reason: 'auth-unavailable' };
const BUSY: AuthAnswer = { kind: 'unavailable', reason: 'auth-busy' };

/** A service, with the origin and the path of its URL. */
interface CalledService extends AuthService {
  readonly origin: string;
  readonly path: string;
  /** Its connections; undefined until the first request. */
  agent: Promise<Dispatcher> | undefined;
}

/**
 * The calls of one worker to the services of `auth=`. A request passes only after a complete 2xx answer that came in
 * time.
 */
export class AuthCalls implements AuthServices {
  readonly #services: ReadonlyMap<string, CalledService>;
  readonly #max: number;
  readonly #counts: AuthCounts;
  #inFlight = 0;

  /** @param max maximum number of concurrent calls */
  constructor(services: readonly AuthService[], max: number, counts: AuthCounts) {
    this.#services = new Map(
      services.map((it) => [it.name, { ...it, ...placeOf(it.url), agent: undefined }]),
    );
    this.#max = max;
    this.#counts = counts;
    for (const { name } of services) counts.follow(name);
  }

  headersOf(name: string): readonly string[] {
    return this.#services.get(name)?.headers ?? [];
  }

  ask(name: string, fields: AuthFields, done: (answer: AuthAnswer) => void): () => void {
    const service = this.#services.get(name);
    const began = performance.now();
    let isOver = false;
    /** `answer` is undefined if the client has left. */
    const end = (result: AuthResult, answer?: AuthAnswer): void => {
      if (isOver) return;
      isOver = true;
      const seconds = UNTIMED_RESULTS.has(result) ? undefined : (performance.now() - began) / 1_000;
      this.#counts.ended(name, result, seconds);
      if (answer !== undefined) done(answer);
    };
    if (service === undefined || this.#inFlight >= this.#max) {
      queueMicrotask(() => (service === undefined ? end('unavailable', UNAVAILABLE) : end('busy', BUSY)));
      return () => end('abandoned');
    }
    this.#inFlight += 1;
    const ending = new AbortController();
    const timer = setTimeout(() => {
      ending.abort();
      // undici checks its signal only after it has connected.
      end('timeout', UNAVAILABLE);
    }, service.timeout);
    const settle = (answer: AuthAnswer): void => {
      clearTimeout(timer);
      this.#inFlight -= 1;
      end(resultOf(answer), answer);
    };
    void this.#call(service, fields, ending.signal).then(settle, () => settle(UNAVAILABLE));
    return () => {
      end('abandoned');
      ending.abort();
    };
  }

  /** Closes all connections. Calls that still run end as `unavailable`. */
  async close(): Promise<void> {
    const opened = [...this.#services.values()].flatMap(({ agent }) => agent ?? []);
    const agents = await Promise.all(opened);
    await Promise.all(agents.map(async (agent) => await agent.destroy()));
  }

  async #call(service: CalledService, headers: AuthFields, signal: AbortSignal): Promise<AuthAnswer> {
    const agent = await (service.agent ??= openAgent(service.timeout));
    const { origin, path } = service;
    const answer = await askTwice(agent, { origin, path, method: 'GET', headers, signal });
    await answer.body.dump({ limit: MAX_BODY_BYTES, signal });
    return readAnswer(answer.statusCode, answer.headers, service.headers);
  }
}

/** Results whose duration does not measure the service. */
const UNTIMED_RESULTS: ReadonlySet<AuthResult> = new Set(['busy', 'abandoned']);

function resultOf(answer: AuthAnswer): AuthResult {
  if (answer.kind === 'let') return 'passed';
  if (answer.kind === 'refused') return 'refused';
  return answer.reason === 'auth-bad-answer' ? 'bad-answer' : 'unavailable';
}

function placeOf(url: string): Pick<CalledService, 'origin' | 'path'> {
  const { origin, pathname, search } = new URL(url);
  return { origin, path: pathname + search };
}

/** Error codes of a connection that the service closed before it answered. */
const CLOSED_ERRORS = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Asks again once if the service closed the connection: it may just have closed an idle one (RFC 9112 section 9.3.1). */
async function askTwice(
  agent: Dispatcher,
  question: Dispatcher.RequestOptions,
): Promise<Dispatcher.ResponseData> {
  try {
    return await agent.request(question);
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
    if (typeof code !== 'string' || !CLOSED_ERRORS.has(code)) throw error;
    return await agent.request(question);
  }
}
