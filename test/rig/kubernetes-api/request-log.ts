import { inTime } from '../in-time.ts';
import type { Verb } from './api-request.ts';

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Undefined for what is no resource, such as discovery. */
  readonly verb: Verb | undefined;
  readonly authorization: string | undefined;
  /** Every field line by its name in lower case. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** 1.1 or 2.0. */
  readonly httpVersion: string;
  /** Common name of the client certificate. */
  readonly certificate: string | undefined;
}

/** What was asked of the stand-in, for tests to look at and to wait for. */
export class RequestLog {
  readonly entries: LoggedRequest[] = [];
  #waiting: (() => void)[] = [];

  add(request: LoggedRequest): void {
    this.entries.push(request);
    this.news();
  }

  /** Whoever waits looks again. */
  news(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Resolves with what `find` finds, as soon as it does; rejects after a while with what was asked instead. */
  until<T>(find: () => T | undefined): Promise<T> {
    const last = () => this.entries.slice(-10).map((it) => `${it.method} ${it.path}?${it.query.toString()}`);
    return inTime(this.#found(find), () => last().join('\n'));
  }

  async #found<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}
