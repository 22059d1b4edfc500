import { keyOf } from '../../wiring/object-id.ts';
import { ApiFailure } from '../api/api-failure.ts';
import type { Clock } from '../clock.ts';
import type { ProblemReason, SourceProblem } from '../source.ts';
import { backoffDelay } from '../watch/backoff.ts';
import type { GateWish } from './gate-wish.ts';
import type { PatchCondition } from './patch-condition.ts';

export interface GateWriterOptions {
  readonly patch: PatchCondition;
  readonly clock: Clock;
  /** Conditions set in a second at most. */
  readonly perSecond: number;
}

export type GateOutcome = 'written' | 'failed';

/** Conditions that are being set at a time: an API server answers a patch in milliseconds, but not always. */
const LANES = 4;
/** Milliseconds: replicas wait for a random part of it, so that most find that another one has set the condition. */
const PATIENCE = 200;
/** Among so many of the oldest the next one is chosen. */
const OLDEST = 64;
/** Of what the API server will never take, as it stands. */
const HOPELESS: ReadonlySet<ProblemReason> = new Set(['refused', 'malformed']);

interface Waiting {
  readonly wish: GateWish;
  /** Not before; milliseconds of the clock. */
  readonly at: number;
}

/**
 * Sets conditions of pods, no faster than allowed; the newest wish for a pod replaces an older one. Nothing here holds routing up: a
 * failure is retried with back-off and told once until something works again.
 */
export class GateWriter {
  readonly #options: GateWriterOptions;
  readonly #counts: Record<GateOutcome, number> = { written: 0, failed: 0 };
  readonly #waiting = new Map<string, Waiting>();
  #wake = Promise.withResolvers<void>();
  #failures = 0;
  #told: ProblemReason | undefined;

  constructor(options: GateWriterOptions) {
    this.#options = options;
  }

  /** Since the start. */
  get counts(): Readonly<Record<GateOutcome, number>> {
    return this.#counts;
  }

  want(wish: GateWish): void {
    const key = keyOf(wish.pod);
    const at =
      this.#waiting.get(key)?.at ?? this.#options.clock.now() + this.#options.clock.random() * PATIENCE;
    this.#waiting.set(key, { wish, at });
    this.#wake.resolve();
  }

  /**
   * Writes until `signal` aborts, then resolves; what waits then is not written.
   *
   * @param isWanted asked just before: another replica may have done it, or the pod has gone
   */
  async run(
    isWanted: (wish: GateWish) => boolean,
    problem: (problem: SourceProblem) => void,
    signal: AbortSignal,
  ): Promise<void> {
    signal.addEventListener('abort', () => this.#wake.resolve());
    await Promise.all(Array.from({ length: LANES }, () => this.#lane({ isWanted, problem }, signal)));
  }

  async #lane(ask: Asking, signal: AbortSignal): Promise<void> {
    const { clock, perSecond } = this.#options;
    while (!signal.aborted) {
      const next = this.#take();
      if (next === undefined) {
        await this.#news();
        continue;
      }
      await clock.sleep(Math.max(next.at - clock.now(), 0), signal);
      if (signal.aborted || !ask.isWanted(next.wish)) continue;
      await this.#write(next.wish, ask, signal);
      await clock.sleep((1_000 * LANES) / perSecond, signal);
    }
  }

  /** One of the oldest, by chance: replicas that set the same conditions seldom take the same one at the same time. */
  #take(): Waiting | undefined {
    let skip = Math.floor(this.#options.clock.random() * Math.min(this.#waiting.size, OLDEST));
    for (const [key, waiting] of this.#waiting) {
      if (skip > 0) skip -= 1;
      else {
        this.#waiting.delete(key);
        return waiting;
      }
    }
    return undefined;
  }

  async #news(): Promise<void> {
    await this.#wake.promise;
    this.#wake = Promise.withResolvers();
  }

  async #write(wish: GateWish, { problem }: Asking, signal: AbortSignal): Promise<void> {
    const { patch, clock } = this.#options;
    try {
      await patch(wish, signal);
      this.#counts.written += 1;
      this.#failures = 0;
      this.#told = undefined;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiFailure)) throw error;
      const { reason, message } = error;
      this.#failures += 1;
      this.#counts.failed += 1;
      if (this.#told !== reason) problem({ where: 'readiness gates', reason, detail: message });
      this.#told = reason;
      // What a newer wish says replaces it.
      if (!HOPELESS.has(reason) && !this.#waiting.has(keyOf(wish.pod))) this.want(wish);
      await clock.sleep(backoffDelay(this.#failures, clock.random(), error), signal);
    }
  }
}

interface Asking {
  readonly isWanted: (wish: GateWish) => boolean;
  readonly problem: (problem: SourceProblem) => void;
}
