import type { EventStream, StreamEvent } from '../operator-answers.ts';
import { Changes } from './changes.ts';
import type { DashboardSubject } from './router-state.ts';
import type { DashboardState } from './state.ts';
import type { DashboardView, Moment } from './view.ts';

/** Milliseconds between two computations of the state. */
const UPDATE_INTERVAL = 1_000;
/** Maximum age of the workers' reports in milliseconds while there are problems, or when a viewer connects. */
const MAX_REPORT_AGE = 15_000;

type Send = (event: StreamEvent) => void;

/** The state that the current viewers have. */
interface Showing {
  readonly changes: Changes;
  state: DashboardState;
}

/**
 * The event stream of the dashboard: first the whole state, then its changes. All viewers share one computation per second from
 * the data of the main thread. The feed requests a full report of the workers, as for a scrape, when a viewer connects, and every
 * 15 s while requests fail or pods are ejected. Without viewers, the feed does no work.
 */
export class DashboardFeed {
  readonly #subject: DashboardSubject;
  readonly #view: DashboardView;
  readonly #onError: (error: unknown) => void;
  /** Readers that have received the state. */
  readonly #viewers = new Set<Send>();
  #readers = 0;
  #showing: Showing | undefined;
  #timer: NodeJS.Timeout | undefined;
  #beginning: Promise<void> | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #hasFailed = false;

  constructor(subject: DashboardSubject, view: DashboardView, onError: (error: unknown) => void) {
    this.#subject = subject;
    this.#view = view;
    this.#onError = onError;
  }

  stream(): EventStream {
    return { kind: 'stream', run: (send, signal) => this.#show(send, signal) };
  }

  async #show(send: Send, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const left = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    this.#readers += 1;
    try {
      if (this.#showing === undefined) await this.#begin();
      // The computation failed and was reported. The stream ends, and the reader connects again.
      if (this.#showing === undefined || signal.aborted) return;
      send({ event: 'state', data: { time: Date.now(), ...this.#showing.state } });
      this.#viewers.add(send);
      this.#timer ??= setInterval(() => this.#look(), UPDATE_INTERVAL).unref();
      await left;
    } finally {
      this.#viewers.delete(send);
      this.#readers -= 1;
      if (this.#readers === 0) this.#stop();
    }
  }

  /** Computes the first state. Readers that connect meanwhile wait for the same state. */
  #begin(): Promise<void> {
    this.#beginning ??= this.#report()
      .then(() => this.#look())
      .finally(() => {
        this.#beginning = undefined;
      });
    return this.#beginning;
  }

  #look(): void {
    if (this.#readers === 0) return;
    try {
      this.#lookAt({ time: Date.now(), now: this.#subject.now() });
      this.#hasFailed = false;
    } catch (error) {
      // Report the error once, not every second.
      if (!this.#hasFailed) this.#onError(error);
      this.#hasFailed = true;
    }
  }

  #lookAt(moment: Moment): void {
    const state = this.#view.state(moment);
    this.#showing ??= { changes: new Changes(), state };
    this.#showing.state = state;
    const change = this.#showing.changes.take(state);
    if (this.#isTroubled(state)) void this.#report();
    if (change === undefined) return;
    const event = { event: 'change', data: { time: moment.time, ...change } };
    for (const send of this.#viewers) send(event);
  }

  /** Whether there are problems for which the workers' full reports are useful. */
  #isTroubled({ ejected }: DashboardState): boolean {
    const step = this.#subject.insight.recent.totals.steps.at(-1);
    return ejected.total > 0 || (step !== undefined && (step.ejections > 0 || (step.answers[5] ?? 0) > 0));
  }

  /** Requests a full report of the workers if the last one is too old. */
  async #report(): Promise<void> {
    const { recent, workers } = this.#subject.insight;
    const now = this.#subject.now();
    if (now - Math.max(recent.reportedAt, this.#askedAt) < MAX_REPORT_AGE) return;
    this.#askedAt = now;
    await workers.collect();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#showing = undefined;
  }
}
