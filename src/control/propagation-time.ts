import type { WorkerState } from './workers-listener.ts';

/** Maximum number of changes measured at once. If a worker is further behind, the event-loop delay shows it. */
const MAX_PENDING = 10_000;

interface Pending {
  readonly revision: number;
  /** When the earliest event of the change arrived, in milliseconds of performance.now(). */
  readonly received: number;
}

/**
 * Measures the propagation of changes: the time from the arrival of a change to the moment when all workers route by it.
 *
 * Both times are of the main thread's clock. The time until the worker's reply arrives is included, so the figure is an upper
 * bound. Workers without a table are ignored, because they do not serve old routes.
 */
export class PropagationTime {
  readonly #observe: (seconds: number) => void;
  #pending: Pending[] = [];

  constructor(observe: (seconds: number) => void) {
    this.#observe = observe;
  }

  published(revision: number, received: number): void {
    if (this.#pending.length < MAX_PENDING) this.#pending.push({ revision, received });
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
