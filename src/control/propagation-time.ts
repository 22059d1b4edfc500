import type { WorkerState } from './workers-listener.ts';

/** Changes that may be under way at once; a worker this far behind shows in the event-loop delay, not here. */
const MOST_PENDING = 10_000;

interface Pending {
  readonly revision: number;
  /** When the earliest event of the change arrived, in milliseconds of performance.now(). */
  readonly received: number;
}

/**
 * How long a change takes from its arrival to the moment every worker routes by it.
 *
 * Both ends are read from the main thread's clock: the worker's reply has to come back first, so the figure is an upper
 * bound. A worker that has no table yet is not waited for: it is not serving stale routes.
 */
export class PropagationTime {
  readonly #observe: (seconds: number) => void;
  #pending: Pending[] = [];

  constructor(observe: (seconds: number) => void) {
    this.#observe = observe;
  }

  published(revision: number, received: number): void {
    if (this.#pending.length < MOST_PENDING) this.#pending.push({ revision, received });
  }

  /** Call it whenever a worker has applied a table, or has gone. */
  settle(workers: readonly WorkerState[], now: number): void {
    const applied = workers.map((it) => it.applied).filter((revision) => revision >= 0);
    const everywhere = applied.length === 0 ? -1 : Math.min(...applied);
    const done = this.#pending.findIndex(({ revision }) => revision > everywhere);
    const settled = this.#pending.splice(0, done === -1 ? this.#pending.length : done);
    for (const { received } of settled) this.#observe((now - received) / 1_000);
  }
}
