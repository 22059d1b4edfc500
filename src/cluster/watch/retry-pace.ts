import { backoffDelay } from './backoff.ts';
import type { Clock } from '../clock.ts';
import type { ApiFailure } from '../api/api-failure.ts';
import type { ProblemReason } from '../source.ts';

/** Milliseconds between two immediate attempts: podway must not flood a server that refuses each of them. */
const IMMEDIATE_RETRY_INTERVAL = 10_000;

/** Failures in which no server answered. */
const UNANSWERED: ReadonlySet<ProblemReason> = new Set(['unreachable', 'silent']);

/** What one list+watch was doing when it failed. */
export interface FailedAttempt {
  readonly failure: ApiFailure;
  /** It was a watch, not a list. */
  readonly watching: boolean;
  /** Milliseconds since the last complete list; undefined if there was none. */
  readonly sinceListed: number | undefined;
}

/** Decides when one list+watch tries again. */
export class RetryPace {
  readonly #clock: Clock;
  #unanswered = 0;
  #answered = 0;
  #lastRefused = Number.NEGATIVE_INFINITY;
  #lastUnready: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds since the server was away or reported that it was not ready; undefined if it always was ready. */
  get sinceUnready(): number | undefined {
    return this.#lastUnready === undefined ? undefined : this.#clock.now() - this.#lastUnready;
  }

  /**
   * Whether the next attempt follows at once, because the failure only shows that something changed: a token was
   * rotated and must be read again (401), or the server no longer knows the version of the watch (410), as after every
   * restart of an API server. If the same happens again soon, the next attempt waits.
   */
  atOnce({ failure, watching, sinceListed }: FailedAttempt): boolean {
    if (failure.readsCredentials) {
      const now = this.#clock.now();
      if (now - this.#lastRefused < IMMEDIATE_RETRY_INTERVAL) return false;
      this.#lastRefused = now;
      return true;
    }
    return (
      failure.reason === 'expired' &&
      watching &&
      sinceListed !== undefined &&
      sinceListed >= IMMEDIATE_RETRY_INTERVAL
    );
  }

  /**
   * Milliseconds to wait in the other cases. Failures with an answer are counted separately: when a server is back
   * after an outage and still starting, podway does not wait as long as the outage has made it wait.
   *
   * @param failures failed attempts in a row, including this one
   */
  delay({ reason, retryAfter, presumed }: ApiFailure, failures: number): number {
    if (failures === 1) {
      this.#unanswered = 0;
      this.#answered = 0;
    }
    const unanswered = UNANSWERED.has(reason);
    if (unanswered || (reason === 'not-ready' && !presumed)) this.#lastUnready = this.#clock.now();
    const count = unanswered ? ++this.#unanswered : ++this.#answered;
    return backoffDelay(count, this.#clock.random(), { retryAfter, reason });
  }
}
