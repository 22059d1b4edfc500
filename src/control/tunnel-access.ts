import { isDeepStrictEqual } from 'node:util';
import type { StreamAccess } from '../boundary/stream-access.ts';
import { ApiFailure } from '../cluster/api/api-failure.ts';
import type { Clock } from '../cluster/clock.ts';
import type { SourceAccess, SourceProblem } from '../cluster/source.ts';

/**
 * Milliseconds between two readings of the credentials without a request for them: tokens are replaced long before they
 * end.
 */
const PERIOD = 30_000;
/** Milliseconds between two readings at least: a plugin may have to be run. */
const PACE = 1_000;
/** Milliseconds until the source is looked at again that has not begun yet. */
const SOON = 50;
/** Milliseconds for which a refusal is news to who checks on podway. */
const NEWS = 60_000;

export interface TunnelAccessOptions {
  readonly source: SourceAccess;
  readonly clock: Clock;
  /** To every worker, now and those that start later. */
  readonly send: (access: StreamAccess | undefined) => void;
  readonly problem: (problem: SourceProblem) => void;
}

/**
 * Hands the workers the credentials for tunnels: at the start, when they have changed, and when the API server does not accept
 * what they have. They are always those of the API server whose pods are routed to: when that is another one, the old ones
 * are taken back before the first of its pods is published, as a name may stand for another pod there.
 */
export class TunnelAccess {
  readonly #options: TunnelAccessOptions;
  #current: StreamAccess | undefined;
  /** Of `#current`. */
  #origin: string | undefined;
  #forbidden: { readonly detail: string; readonly at: number } | undefined;
  #wake = Promise.withResolvers<void>();
  /** A worker waits for an answer, if with the same credentials. */
  #isAwaited = false;

  constructor(options: TunnelAccessOptions) {
    this.#options = options;
  }

  /** Undefined: pods are reached directly, or there is no API server. */
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
        await clock.sleep(SOON, signal);
        continue;
      }
      await this.#read(signal);
      const paced = new AbortController();
      const both = AbortSignal.any([signal, paced.signal]);
      await clock.sleep(PACE, signal);
      const wait = this.#current === undefined ? 0 : PERIOD - PACE;
      await Promise.race([clock.sleep(wait, both), this.#wake.promise]);
      paced.abort();
      this.#wake = Promise.withResolvers();
    }
  }

  /** By the API server; `forbidden` says what to grant, undefined: it does not accept the credentials. */
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

  /** What an operator who checks on podway should know, a sentence each. */
  notes(): string[] {
    const { clock } = this.#options;
    if (this.#forbidden === undefined || clock.now() - this.#forbidden.at > NEWS) return [];
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
      // What was read belongs to a server that is no longer followed.
      if (origin !== source.origin()) return;
      if (!isAwaited && isDeepStrictEqual(access, this.#current)) return;
      this.#current = access;
      this.#origin = origin;
      send(access);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      if (signal.aborted) return;
      problem({ where: 'tunnels', reason: error.reason, detail: error.message });
      // What was read before may still be good.
      if (isAwaited) send(this.#current);
    }
  }
}
