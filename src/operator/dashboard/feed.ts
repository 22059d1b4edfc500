import type { EventStream, StreamEvent } from '../operator-answers.ts';
import { Changes } from './changes.ts';
import type { DashboardSubject } from './router-state.ts';
import type { DashboardState } from './state.ts';
import type { DashboardView, Moment } from './view.ts';

/** Milliseconds between two looks. */
const EVERY = 1_000;
/** Milliseconds that reports of the workers may be old when something goes wrong, or a viewer connects. */
const FRESH = 15_000;

type Send = (event: StreamEvent) => void;

/** What is shown to those who look now. */
interface Showing {
  readonly changes: Changes;
  state: DashboardState;
}

/**
 * The stream of the dashboard: everything, then what changes. All who look share one look a second at what the main thread
 * knows. Workers are asked for nothing while all is well; a report, as for a scrape, when a viewer connects, and every
 * quarter of a minute while requests fail or pods are out. Without viewers nothing happens.
 */
export class DashboardFeed {
  readonly #subject: DashboardSubject;
  readonly #view: DashboardView;
  readonly #onError: (error: unknown) => void;
  /** The readers that have got the state. */
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
      // The failure has been reported, and the reader connects again.
      if (this.#showing === undefined || signal.aborted) return;
      send({ event: 'state', data: { time: Date.now(), ...this.#showing.state } });
      this.#viewers.add(send);
      this.#timer ??= setInterval(() => this.#look(), EVERY).unref();
      await left;
    } finally {
      this.#viewers.delete(send);
      this.#readers -= 1;
      if (this.#readers === 0) this.#stop();
    }
  }

  /** Those who come while it is under way wait for the same. */
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
      // Not again every second.
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

  /** Details are worth asking for. */
  #isTroubled({ ejected }: DashboardState): boolean {
    const step = this.#subject.insight.recent.totals.steps.at(-1);
    return ejected.total > 0 || (step !== undefined && (step.ejections > 0 || (step.answers[5] ?? 0) > 0));
  }

  /** Has the workers report if they have not lately. */
  async #report(): Promise<void> {
    const { recent, workers } = this.#subject.insight;
    const now = this.#subject.now();
    if (now - Math.max(recent.reportedAt, this.#askedAt) < FRESH) return;
    this.#askedAt = now;
    await workers.collect();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#showing = undefined;
  }
}
