import { isDeepStrictEqual } from 'node:util';
import type { StreamAccess } from '../boundary/stream-access.ts';
import { ApiFailure } from '../cluster/api/api-failure.ts';
import type { Clock } from '../cluster/clock.ts';
import type { SourceAccess, SourceProblem } from '../cluster/source.ts';

/**
 * Milliseconds between two reads of the credentials without a request for them. Tokens are replaced long before they expire.
 */
const READ_INTERVAL = 30_000;
/** Minimum milliseconds between two reads, because a read may run a credential plugin. */
const MIN_READ_INTERVAL = 1_000;
/** Milliseconds between two checks whether the source has started. */
const START_CHECK_INTERVAL = 50;
/** Milliseconds for which `notes` shows a refusal. */
const NOTE_DURATION = 60_000;

export interface TunnelAccessOptions {
  readonly source: SourceAccess;
  readonly clock: Clock;
  /** Sends to every worker, and to workers that start later; undefined takes the credentials back. */
  readonly send: (access: StreamAccess | undefined) => void;
  readonly problem: (problem: SourceProblem) => void;
}

/**
 * Sends the workers the credentials for tunnels: at the start, when they have changed, and when the API server does not accept the
 * current ones. They are always credentials of the API server whose pods podway routes to. When the source changes to another API
 * server, podway takes the old ones back before it publishes the first pod of the new server, where a name may mean another pod.
 */
export class TunnelAccess {
  readonly #options: TunnelAccessOptions;
  #current: StreamAccess | undefined;
  /** The API server of `#current`. */
  #origin: string | undefined;
  #forbidden: { readonly detail: string; readonly at: number } | undefined;
  #wake = Promise.withResolvers<void>();
  /** A worker waits for credentials, even if they are unchanged. */
  #isAwaited = false;

  constructor(options: TunnelAccessOptions) {
    this.#options = options;
  }

  /** Undefined: podway connects to pods directly, or there is no API server. */
  static of(
    source: SourceAccess | undefined,
    podAccess: 'direct' | 'tunnel',
    options: Omit<TunnelAccessOptions, 'source'>,
  ): TunnelAccess | undefined {
    return podAccess === 'tunnel' && source !== undefined
      ? new TunnelAccess({ ...options, source })
      : undefined;
  }

  /** Resolves when `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, source } = this.#options;
    while (!signal.aborted) {
      if (source.origin() === undefined) {
        await clock.sleep(START_CHECK_INTERVAL, signal);
        continue;
      }
      await this.#read(signal);
      const paced = new AbortController();
      const both = AbortSignal.any([signal, paced.signal]);
      await clock.sleep(MIN_READ_INTERVAL, signal);
      const wait = this.#current === undefined ? 0 : READ_INTERVAL - MIN_READ_INTERVAL;
      await Promise.race([clock.sleep(wait, both), this.#wake.promise]);
      paced.abort();
      this.#wake = Promise.withResolvers();
    }
  }

  /**
   * The API server has refused a tunnel. `forbidden` describes the right that is missing; undefined: the server does not accept the
   * credentials.
   */
  refused(forbidden: string | undefined): void {
    const { clock, problem } = this.#options;
    if (forbidden === undefined) {
      this.#isAwaited = true;
      this.#wake.resolve();
    } else {
      this.#forbidden = { detail: forbidden, at: clock.now() };
      problem({ where: 'tunnels', reason: 'forbidden', detail: forbidden });
    }
  }

  /** Notes for operators about tunnels, one sentence each. */
  notes(): string[] {
    const { clock } = this.#options;
    if (this.#forbidden === undefined || clock.now() - this.#forbidden.at > NOTE_DURATION) return [];
    return [`pods cannot be reached: ${this.#forbidden.detail}`];
  }

  /** Call it before a change of the routes is published. */
  follow(): void {
    if (this.#current === undefined || this.#options.source.origin() === this.#origin) return;
    this.#current = undefined;
    this.#options.send(undefined);
    this.#wake.resolve();
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { source, send, problem } = this.#options;
    const isAwaited = this.#isAwaited;
    this.#isAwaited = false;
    const origin = source.origin();
    try {
      const access = await source.read(signal);
      // The credentials are of an API server that the source no longer follows.
      if (origin !== source.origin()) return;
      if (!isAwaited && isDeepStrictEqual(access, this.#current)) return;
      this.#current = access;
      this.#origin = origin;
      send(access);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      if (signal.aborted) return;
      problem({ where: 'tunnels', reason: error.reason, detail: error.message });
      // The credentials of an earlier read may still be valid.
      if (isAwaited) send(this.#current);
    }
  }
}
