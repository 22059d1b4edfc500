import { backoffDelay } from './backoff.ts';
import type { Clock } from '../clock.ts';
import type { ApiFailure } from '../api/api-failure.ts';
import type { ProblemReason } from '../source.ts';

/** Milliseconds between two attempts of a kind that need not wait, or a server that refuses each would be hammered. */
const APART = 10_000;

/** No server answered. */
const UNANSWERED: ReadonlySet<ProblemReason> = new Set(['unreachable', 'silent']);

/** What one list+watch was doing when it failed. */
export interface FailedAttempt {
  readonly failure: ApiFailure;
  /** A watch, not a list. */
  readonly watching: boolean;
  /** Milliseconds since the last complete list; undefined when there was none. */
  readonly sinceListed: number | undefined;
}

/** When one list+watch tries again. */
export class RetryPace {
  readonly #clock: Clock;
  #unanswered = 0;
  #answered = 0;
  #lastRefused = Number.NEGATIVE_INFINITY;
  #lastUnready: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds since the server was away or said that it was not ready; undefined when it always was. */
  get sinceUnready(): number | undefined {
    return this.#lastUnready === undefined ? undefined : this.#clock.now() - this.#lastUnready;
  }

  /**
   * What failed only shows that something went on meanwhile, and the next attempt does not wait: a token was rotated
   * and has to be read again (401), or the version of the watch is forgotten (410), which every API server says that
   * was restarted. Not so when the same happens again soon.
   */
  atOnce({ failure, watching, sinceListed }: FailedAttempt): boolean {
    if (failure.readsCredentials) {
      const now = this.#clock.now();
      if (now - this.#lastRefused < APART) return false;
      this.#lastRefused = now;
      return true;
    }
    return failure.reason === 'expired' && watching && sinceListed !== undefined && sinceListed >= APART;
  }

  /**
   * Milliseconds to wait otherwise. What a server answers is counted by itself: one that is back after an outage and
   * still starting is not left alone as long as the outage made the wait.
   *
   * @param failures failed attempts in a row, this one included
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
