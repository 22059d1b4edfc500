import type { Dispatcher } from 'undici';
import type { AuthService } from '../../boundary/auth-service.ts';
import type { AuthAnswer, AuthFields, AuthServices } from '../exchange/auth-services.ts';

/** Bytes of an answer's body that are read, to keep its connection. */
const MOST_BODY = 65_536;
/** Bytes of an answer's head. */
const MOST_HEAD = 32_768;
const CONNECTIONS = 256;

const UNAVAILABLE: AuthAnswer = { kind: 'unavailable' };

/** Statuses that are passed on: they say what the client has to do. */
const RELAYED = new Set([301, 302, 303, 307, 308, 401, 403]);
const RELAYED_FIELDS = ['location', 'www-authenticate', 'set-cookie', 'cache-control'];
const SPELLED: Readonly<Record<string, string>> = {
  location: 'Location',
  'www-authenticate': 'WWW-Authenticate',
  'set-cookie': 'Set-Cookie',
  'cache-control': 'Cache-Control',
};

/** One call, until its request is over. */
interface Call {
  isOver: boolean;
  readonly done: (answer: AuthAnswer) => void;
}

/** The calls of one worker to services of `auth=`. Nothing is let in without a 2xx that came whole and in time. */
export class AuthCalls implements AuthServices {
  readonly #services: ReadonlyMap<string, AuthService>;
  readonly #most: number;
  #agent: Promise<Dispatcher> | undefined;
  #inFlight = 0;

  constructor(services: readonly AuthService[], most: number) {
    this.#services = new Map(services.map((it) => [it.name, it]));
    this.#most = most;
  }

  headersOf(name: string): readonly string[] {
    return this.#services.get(name)?.headers ?? [];
  }

  ask(name: string, fields: AuthFields, done: (answer: AuthAnswer) => void): () => void {
    const service = this.#services.get(name);
    if (service === undefined || this.#inFlight >= this.#most) {
      let isEnded = false;
      queueMicrotask(() => isEnded || done(UNAVAILABLE));
      return () => (isEnded = true);
    }
    this.#inFlight += 1;
    const ending = new AbortController();
    const call = { isOver: false, done };
    void this.#answer(service, fields, ending, call);
    return () => {
      call.isOver = true;
      ending.abort();
    };
  }

  async #answer(
    service: AuthService,
    fields: AuthFields,
    ending: AbortController,
    call: Call,
  ): Promise<void> {
    const timer = setTimeout(() => ending.abort(), service.timeout);
    let answer: AuthAnswer = UNAVAILABLE;
    try {
      answer = await this.#call(service, fields, ending.signal);
    } catch {
      // Whatever went wrong, nobody is let in.
    }
    clearTimeout(timer);
    this.#inFlight -= 1;
    if (!call.isOver) call.done(answer);
  }

  async #call(service: AuthService, headers: AuthFields, signal: AbortSignal): Promise<AuthAnswer> {
    this.#agent ??= openAgent();
    const agent = await this.#agent;
    const { origin, pathname } = new URL(service.url);
    const answer = await agent.request({ origin, path: pathname, method: 'GET', headers, signal });
    const { statusCode } = answer;
    await answer.body.dump({ limit: MOST_BODY, signal });
    if (statusCode >= 200 && statusCode < 300) {
      const copied = linesOf(answer.headers, service.headers);
      const cookies = linesOf(answer.headers, ['Set-Cookie']);
      return copied === undefined || cookies === undefined
        ? UNAVAILABLE
        : { kind: 'let', fields: copied, cookies };
    }
    if (!RELAYED.has(statusCode)) return UNAVAILABLE;
    const fields = linesOf(
      answer.headers,
      RELAYED_FIELDS.map((it) => SPELLED[it] ?? it),
    );
    const hasTarget = statusCode >= 400 || answer.headers['location'] !== undefined;
    return fields === undefined || !hasTarget ? UNAVAILABLE : { kind: 'refused', status: statusCode, fields };
  }
}

/** Loaded only where there is a service. */
async function openAgent(): Promise<Dispatcher> {
  const { Agent } = await import('undici');
  return new Agent({ connections: CONNECTIONS, pipelining: 1, maxHeaderSize: MOST_HEAD });
}

/** Field lines, each with its CRLF; undefined: a value that no field can have. */
function linesOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  names: readonly string[],
): string | undefined {
  let lines = '';
  for (const name of names) {
    const values = headers[name.toLowerCase()];
    if (values === undefined) continue;
    for (const value of typeof values === 'string' ? [values] : values) {
      if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return undefined;
      lines += `${name}: ${value}\r\n`;
    }
  }
  return lines;
}
