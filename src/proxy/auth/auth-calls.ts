import type { Dispatcher } from 'undici';
import type { AuthResult } from '../../boundary/auth-figures.ts';
import type { AuthService } from '../../boundary/auth-service.ts';
import type { AuthAnswer, AuthFields, AuthServices } from '../exchange/auth-services.ts';
import type { AuthCounts } from '../counts/auth-counts.ts';
import { openAgent } from './agent.ts';
import { readAnswer } from './read-answer.ts';

/** Bytes of an answer's body that are read, to keep its connection. */
const MOST_BODY = 65_536;

const UNAVAILABLE: AuthAnswer = { kind: 'unavailable', reason: 'auth-unavailable' };
const BUSY: AuthAnswer = { kind: 'unavailable', reason: 'auth-busy' };

/** A service, and where it is asked. */
interface CalledService extends AuthService {
  readonly origin: string;
  readonly path: string;
  /** Its connections; opened when the first request comes. */
  agent: Promise<Dispatcher> | undefined;
}

/** The calls of one worker to services of `auth=`. Nothing is let in without a 2xx that came whole and in time. */
export class AuthCalls implements AuthServices {
  readonly #services: ReadonlyMap<string, CalledService>;
  readonly #most: number;
  readonly #counts: AuthCounts;
  #inFlight = 0;

  /** @param most calls at once */
  constructor(services: readonly AuthService[], most: number, counts: AuthCounts) {
    this.#services = new Map(
      services.map((it) => [it.name, { ...it, ...placeOf(it.url), agent: undefined }]),
    );
    this.#most = most;
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
    /** Without an answer the client has left. */
    const end = (result: AuthResult, answer?: AuthAnswer): void => {
      if (isOver) return;
      isOver = true;
      const seconds = UNTIMED.has(result) ? undefined : (performance.now() - began) / 1_000;
      this.#counts.ended(name, result, seconds);
      if (answer !== undefined) done(answer);
    };
    if (service === undefined || this.#inFlight >= this.#most) {
      queueMicrotask(() => (service === undefined ? end('unavailable', UNAVAILABLE) : end('busy', BUSY)));
      return () => end('abandoned');
    }
    this.#inFlight += 1;
    const ending = new AbortController();
    const timer = setTimeout(() => {
      ending.abort();
      // undici looks at its signal only once it is connected.
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

  /** Ends all connections; a call after this is not answered. */
  async close(): Promise<void> {
    const opened = [...this.#services.values()].flatMap(({ agent }) => agent ?? []);
    const agents = await Promise.all(opened);
    await Promise.all(agents.map(async (agent) => await agent.destroy()));
  }

  async #call(service: CalledService, headers: AuthFields, signal: AbortSignal): Promise<AuthAnswer> {
    const agent = await (service.agent ??= openAgent(service.timeout));
    const { origin, path } = service;
    const answer = await askTwice(agent, { origin, path, method: 'GET', headers, signal });
    await answer.body.dump({ limit: MOST_BODY, signal });
    return readAnswer(answer.statusCode, answer.headers, service.headers);
  }
}

/** They say nothing of how long a service takes. */
const UNTIMED: ReadonlySet<AuthResult> = new Set(['busy', 'abandoned']);

function resultOf(answer: AuthAnswer): AuthResult {
  if (answer.kind === 'let') return 'passed';
  if (answer.kind === 'refused') return 'refused';
  return answer.reason === 'auth-bad-answer' ? 'bad-answer' : 'unavailable';
}

function placeOf(url: string): Pick<CalledService, 'origin' | 'path'> {
  const { origin, pathname, search } = new URL(url);
  return { origin, path: pathname + search };
}

/** Of a connection that ends instead of an answer. */
const ENDED = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Once more, if the service ended the connection: it may have been closing one that was idle (RFC 9112 section 9.3.1). */
async function askTwice(
  agent: Dispatcher,
  question: Dispatcher.RequestOptions,
): Promise<Dispatcher.ResponseData> {
  try {
    return await agent.request(question);
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
    if (typeof code !== 'string' || !ENDED.has(code)) throw error;
    return await agent.request(question);
  }
}
