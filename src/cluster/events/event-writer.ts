import type { Notice, Rejection } from '../../wiring/rejection.ts';
import { backoffDelay } from '../watch/backoff.ts';
import type { Clock } from '../clock.ts';
import { ApiFailure } from '../api/api-failure.ts';
import type { ProblemReason, SourceProblem } from '../source.ts';
import { type EventObject, eventObject } from './event-object.ts';
import type { PostEvent } from './post-event.ts';

export interface EventWriterOptions {
  readonly post: PostEvent;
  readonly clock: Clock;
  /** Maximum number of Events written in a second. */
  readonly perSecond: number;
  /** Maximum number of Events that wait; podway drops further ones. */
  readonly longestQueue: number;
}

/** `failed`: the API server did not accept it. `dropped`: too many Events were waiting. */
export type EventOutcome = 'written' | 'failed' | 'dropped';

/** Failures after which the same request may succeed: the server was away or busy, or the credentials were old. */
const TRANSIENT_FAILURES: ReadonlySet<ProblemReason> = new Set([
  'unreachable',
  'silent',
  'cut',
  'throttled',
  'server-error',
  'unauthorized',
  'anonymous',
  'not-ready',
  'credentials',
]);

/**
 * Reports rejections as Kubernetes Events, one at a time and at a limited rate. It never delays routing: it drops what
 * does not fit the queue, and reports a failure once until an Event is written again.
 */
export class EventWriter {
  readonly #options: EventWriterOptions;
  readonly #counts: Record<EventOutcome, number> = { written: 0, failed: 0, dropped: 0 };
  #waiting: EventObject[] = [];
  #wake: () => void = () => undefined;
  #failures = 0;
  #lastProblem: ProblemReason | undefined;

  constructor(options: EventWriterOptions) {
    this.#options = options;
  }

  /** Numbers since the start. */
  get counts(): Readonly<Record<EventOutcome, number>> {
    return this.#counts;
  }

  /** Queues Events for rejections and notices that have just appeared. */
  report(reported: readonly (Rejection | Notice)[]): void {
    if (reported.length === 0) return;
    const room = this.#options.longestQueue - this.#waiting.length;
    const now = new Date();
    for (const it of reported.slice(0, room)) this.#waiting.push(eventObject(it, now));
    this.#counts.dropped += Math.max(0, reported.length - room);
    this.#wake();
  }

  /** Writes until `signal` aborts, then resolves; Events that still wait are not written. */
  async run(problem: (problem: SourceProblem) => void, signal: AbortSignal): Promise<void> {
    const { clock, perSecond } = this.#options;
    signal.addEventListener('abort', () => this.#wake());
    while (!signal.aborted) {
      const event = this.#waiting.shift();
      if (event === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      await this.#write(event, problem, signal);
      await clock.sleep(1_000 / perSecond, signal);
    }
  }

  async #write(
    event: EventObject,
    problem: (problem: SourceProblem) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { post, clock } = this.#options;
    while (!signal.aborted) {
      try {
        await post(event, signal);
        this.#counts.written += 1;
        this.#failures = 0;
        this.#lastProblem = undefined;
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ApiFailure)) throw error;
        this.#failed(error, problem);
        await clock.sleep(backoffDelay(this.#failures, clock.random(), error), signal);
        if (TRANSIENT_FAILURES.has(error.reason)) continue;
        this.#counts.failed += 1;
        return;
      }
    }
  }

  #failed({ reason, message }: ApiFailure, problem: (problem: SourceProblem) => void): void {
    this.#failures += 1;
    if (this.#lastProblem !== reason) problem({ where: 'events', reason, detail: message });
    this.#lastProblem = reason;
  }
}
