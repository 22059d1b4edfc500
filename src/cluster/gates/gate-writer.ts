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
  /** Conditions set in a second at most. */
  readonly perSecond: number;
}

export type GateOutcome = 'written' | 'failed';

/** Conditions that are being set at a time: an API server answers a patch in milliseconds, but not always. */
const LANES = 4;
/** Milliseconds: replicas wait for a random part of it, so that most find that another one has set the condition. */
const PATIENCE = 200;
/** Milliseconds after a patch for which another one was faster. */
const CONFLICT_PAUSE = 250;
/** Among so many of the oldest the next one is chosen. */
const OLDEST = 64;
/** Of what the API server will never take, as it stands. */
const PERMANENT: ReadonlySet<ProblemReason> = new Set(['refused', 'malformed']);

interface Waiting {
  readonly change: GateChange;
  /** Not before; milliseconds of the clock. */
  readonly at: number;
}

/**
 * Sets conditions of pods, no faster than allowed; the newest condition for a pod replaces an older one. Nothing here
 * holds routing up: a failure is retried with back-off and reported once until something works again.
 */
export class GateWriter {
  readonly #options: GateWriterOptions;
  readonly #counts: Record<GateOutcome, number> = { written: 0, failed: 0 };
  readonly #waiting = new Map<string, Waiting>();
  /** Keys of pods whose condition is being set: the order in which an API server takes two patches is not ours. */
  readonly #underWay = new Set<string>();
  #changed = Promise.withResolvers<void>();
  #failures = 0;
  #lastProblem: ProblemReason | undefined;

  constructor(options: GateWriterOptions) {
    this.#options = options;
  }

  /** Since the start. */
  get counts(): Readonly<Record<GateOutcome, number>> {
    return this.#counts;
  }

  request(change: GateChange): void {
    const key = keyOf(change.pod);
    const at =
      this.#waiting.get(key)?.at ?? this.#options.clock.now() + this.#options.clock.random() * PATIENCE;
    this.#waiting.set(key, { change, at });
    this.#wake();
  }

  /** Nothing is wanted of the pod of this key any more. */
  forget(key: string): void {
    this.#waiting.delete(key);
  }

  /**
   * Writes until `signal` aborts, then resolves; what waits then is not written.
   *
   * @param isStillNeeded asked just before: another replica may have done it, or the pod has gone
   */
  async run(
    isStillNeeded: (change: GateChange) => boolean,
    problem: (problem: SourceProblem) => void,
    signal: AbortSignal,
  ): Promise<void> {
    signal.addEventListener('abort', () => this.#wake());
    await Promise.all(Array.from({ length: LANES }, () => this.#lane({ isStillNeeded, problem }, signal)));
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
      this.#underWay.delete(keyOf(next.change.pod));
      // A newer condition for the same pod may have waited for the end of this one.
      this.#wake();
      if (isWritten)
        await clock.sleep(Math.max((1_000 * LANES) / perSecond - clock.now() + began, 0), signal);
    }
  }

  /** One of the oldest, by chance: replicas that set the same conditions seldom take the same one at the same time. */
  #take(): Waiting | undefined {
    let skip = Math.floor(this.#options.clock.random() * Math.min(this.#waiting.size, OLDEST));
    let taken: Waiting | undefined;
    for (const [key, waiting] of this.#waiting) {
      if (this.#underWay.has(key)) continue;
      taken = waiting;
      if (skip === 0) break;
      skip -= 1;
    }
    if (taken === undefined) return undefined;
    const key = keyOf(taken.change.pod);
    this.#waiting.delete(key);
    this.#underWay.add(key);
    return taken;
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** False: it was not asked for. */
  async #write(change: GateChange, needs: LaneNeeds, signal: AbortSignal): Promise<boolean> {
    if (!needs.isStillNeeded(change)) return false;
    const { patch, clock } = this.#options;
    try {
      const outcome = await patch(change, signal);
      this.#counts.written += Number(outcome === 'done');
      this.#failures = 0;
      this.#lastProblem = undefined;
      if (outcome === 'conflict') {
        // What the watch says by then decides whether it is still wanted.
        this.#again(change);
        await clock.sleep(CONFLICT_PAUSE, signal);
      }
    } catch (error) {
      if (signal.aborted) return true;
      if (!(error instanceof ApiFailure)) throw error;
      const isPermanent = PERMANENT.has(error.reason);
      this.#counts.failed += 1;
      if (this.#lastProblem !== error.reason)
        needs.problem({ where: 'readiness gates', reason: error.reason, detail: error.message });
      this.#lastProblem = error.reason;
      if (isPermanent) return true;
      this.#failures += 1;
      this.#again(change);
      await clock.sleep(backoffDelay(this.#failures, clock.random(), error), signal);
    }
    return true;
  }

  /** A newer condition replaces it. */
  #again(change: GateChange): void {
    if (!this.#waiting.has(keyOf(change.pod))) this.request(change);
  }
}

interface LaneNeeds {
  readonly isStillNeeded: (change: GateChange) => boolean;
  readonly problem: (problem: SourceProblem) => void;
}
