import { keyOf } from '../../wiring/object-id.ts';
import { ApiFailure } from '../api/api-failure.ts';
import type { Clock } from '../clock.ts';
import type { ProblemReason, SourceProblem } from '../source.ts';
import { backoffDelay } from '../watch/backoff.ts';
import type { GateChange } from './gate-change.ts';
import type { PatchCondition } from './patch-condition.ts';

export interface GateWriterOptions {
  readonly patch: PatchCondition;
  readonly clock: Clock;
  /** Maximum number of conditions set in a second. */
  readonly perSecond: number;
}

export type GateOutcome = 'written' | 'failed';

/** Maximum number of patches at the same time: an API server answers a patch in milliseconds, but not always. */
const MAX_CONCURRENT_PATCHES = 4;
/** Milliseconds: replicas wait for a random part of it, so that most find that another one has set the condition. */
const MAX_JITTER = 200;
/** Milliseconds to wait after a patch that conflicted with another one. */
const CONFLICT_RETRY_DELAY = 250;
/** The next condition is a random one of this number of the oldest. */
const CANDIDATES = 64;
/** Failures after which the API server will never accept the same patch. */
const PERMANENT_FAILURES: ReadonlySet<ProblemReason> = new Set(['refused', 'malformed']);

interface Waiting {
  readonly change: GateChange;
  /** Earliest time of the patch, in milliseconds of the clock. */
  readonly at: number;
}

/**
 * Sets conditions of pods at a limited rate; a newer condition for a pod replaces an older one. It never delays
 * routing: it retries failures with back-off, and reports a failure once until a patch succeeds again.
 */
export class GateWriter {
  readonly #options: GateWriterOptions;
  readonly #counts: Record<GateOutcome, number> = { written: 0, failed: 0 };
  readonly #waiting = new Map<string, Waiting>();
  /** Keys of pods with a patch in progress: podway cannot decide in which order an API server applies two patches. */
  readonly #inProgress = new Set<string>();
  #changed = Promise.withResolvers<void>();
  #failures = 0;
  #lastProblem: ProblemReason | undefined;

  constructor(options: GateWriterOptions) {
    this.#options = options;
  }

  /** Numbers since the start. */
  get counts(): Readonly<Record<GateOutcome, number>> {
    return this.#counts;
  }

  request(change: GateChange): void {
    const key = keyOf(change.pod);
    const at =
      this.#waiting.get(key)?.at ?? this.#options.clock.now() + this.#options.clock.random() * MAX_JITTER;
    this.#waiting.set(key, { change, at });
    this.#wake();
  }

  /** Drops the waiting condition of the pod with this key. */
  forget(key: string): void {
    this.#waiting.delete(key);
  }

  /**
   * Writes until `signal` aborts, then resolves; conditions that still wait are not written.
   *
   * @param isStillNeeded called just before a patch: another replica may have set the condition, or the pod may be gone
   */
  async run(
    isStillNeeded: (change: GateChange) => boolean,
    problem: (problem: SourceProblem) => void,
    signal: AbortSignal,
  ): Promise<void> {
    signal.addEventListener('abort', () => this.#wake());
    await Promise.all(
      Array.from({ length: MAX_CONCURRENT_PATCHES }, () => this.#lane({ isStillNeeded, problem }, signal)),
    );
  }

  async #lane(needs: LaneNeeds, signal: AbortSignal): Promise<void> {
    const { clock, perSecond } = this.#options;
    while (!signal.aborted) {
      const next = this.#take();
      if (next === undefined) {
        await this.#changed.promise;
        continue;
      }
      await clock.sleep(Math.max(next.at - clock.now(), 0), signal);
      const began = clock.now();
      const isWritten = !signal.aborted && (await this.#write(next.change, needs, signal));
      this.#inProgress.delete(keyOf(next.change.pod));
      // A newer condition for the same pod may have waited for this one.
      this.#wake();
      if (isWritten)
        await clock.sleep(
          Math.max((1_000 * MAX_CONCURRENT_PATCHES) / perSecond - clock.now() + began, 0),
          signal,
        );
    }
  }

  /**
   * Takes a random one of the oldest: replicas that set the same conditions seldom take the same one at the same time.
   */
  #take(): Waiting | undefined {
    let skip = Math.floor(this.#options.clock.random() * Math.min(this.#waiting.size, CANDIDATES));
    let taken: Waiting | undefined;
    for (const [key, waiting] of this.#waiting) {
      if (this.#inProgress.has(key)) continue;
      taken = waiting;
      if (skip === 0) break;
      skip -= 1;
    }
    if (taken === undefined) return undefined;
    const key = keyOf(taken.change.pod);
    this.#waiting.delete(key);
    this.#inProgress.add(key);
    return taken;
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Returns false if the patch was not needed. */
  async #write(change: GateChange, needs: LaneNeeds, signal: AbortSignal): Promise<boolean> {
    if (!needs.isStillNeeded(change)) return false;
    const { patch, clock } = this.#options;
    try {
      const outcome = await patch(change, signal);
      this.#counts.written += Number(outcome === 'done');
      this.#failures = 0;
      this.#lastProblem = undefined;
      if (outcome === 'conflict') {
        // The watch shows by then whether the condition is still needed.
        this.#retry(change);
        await clock.sleep(CONFLICT_RETRY_DELAY, signal);
      }
    } catch (error) {
      if (signal.aborted) return true;
      if (!(error instanceof ApiFailure)) throw error;
      const isPermanent = PERMANENT_FAILURES.has(error.reason);
      this.#counts.failed += 1;
      if (this.#lastProblem !== error.reason)
        needs.problem({ where: 'readiness gates', reason: error.reason, detail: error.message });
      this.#lastProblem = error.reason;
      if (isPermanent) return true;
      this.#failures += 1;
      this.#retry(change);
      await clock.sleep(backoffDelay(this.#failures, clock.random(), error), signal);
    }
    return true;
  }

  /** Queues the condition again, unless a newer one waits. */
  #retry(change: GateChange): void {
    if (!this.#waiting.has(keyOf(change.pod))) this.request(change);
  }
}

interface LaneNeeds {
  readonly isStillNeeded: (change: GateChange) => boolean;
  readonly problem: (problem: SourceProblem) => void;
}
