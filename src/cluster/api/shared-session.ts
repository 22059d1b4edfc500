import { ApiFailure } from './api-failure.ts';
import type { ApiServer } from './api-server.ts';
import type { ApiSession } from './api-session.ts';

/** Milliseconds for which podway uses a session; then it reads the credentials again for the next session. */
const SESSION_LIFETIME = 10_000;

interface Shared {
  readonly session: Promise<ApiSession>;
  /** Milliseconds of performance.now() until which new requests may use it. */
  readonly until: number;
  users: number;
}

/**
 * One session for requests that come in bursts: a connection for each request would cost a TLS handshake, which is more
 * than all other work. Between bursts the session holds no connection, because undici closes connections that are idle
 * for some seconds.
 */
export class SharedSession {
  readonly #api: ApiServer;
  #current: Shared | undefined;

  constructor(api: ApiServer) {
    this.#api = api;
  }

  /**
   * Resolves with the result of `use`. After a failure the next request gets another session.
   *
   * @param signal the same for all requests; ends the sessions
   * @throws ApiFailure
   */
  async use<T>(signal: AbortSignal, use: (session: ApiSession) => Promise<T>): Promise<T> {
    const shared = this.#take(signal);
    shared.users += 1;
    try {
      return await use(await shared.session);
    } catch (error) {
      if (error instanceof ApiFailure) this.#api.failed(error);
      this.#retire(shared);
      throw error;
    } finally {
      shared.users -= 1;
      if (this.#current !== shared) closeUnused(shared);
    }
  }

  #take(signal: AbortSignal): Shared {
    const now = performance.now();
    if (this.#current !== undefined && this.#current.until <= now) this.#retire(this.#current);
    this.#current ??= { session: this.#api.open(signal), until: now + SESSION_LIFETIME, users: 0 };
    return this.#current;
  }

  #retire(shared: Shared): void {
    if (this.#current === shared) this.#current = undefined;
    closeUnused(shared);
  }
}

function closeUnused({ session, users }: Shared): void {
  if (users > 0) return;
  session.then(
    ({ close }) => close(),
    () => undefined,
  );
}
