import type { RouteDelta } from '../boundary/delta.ts';
import { type DeltaPart, partsOf, weightOf } from '../inventory/delta-parts.ts';

/** Records in one message: about two milliseconds of a worker, and less of the main thread. */
const PART = 500;
/**
 * Changes that may wait for a worker, and their records, as many as a large table has. A worker that is further behind gets
 * the whole table instead.
 */
const MOST_WAITING = { changes: 1_000, records: 100_000 };

/**
 * Sends the table to one worker: first the whole, then every change, in parts. At most one part's work is under
 * way at a time, so neither the worker's requests nor this thread wait for more than one.
 */
export class TableFeed {
  readonly #send: (part: DeltaPart) => void;
  /** The table as it is now, as a delta with `reset`; undefined while it is changing. */
  readonly #table: () => RouteDelta | undefined;
  #needsAll = true;
  #waiting: RouteDelta[] = [];
  /** Weight of all that wait. */
  #waitingWeight = 0;
  #parts: Iterator<DeltaPart, void> | undefined;
  #next: DeltaPart | undefined;
  /** What the worker has not said it has taken. */
  readonly #underWay: number[] = [];
  #weight = 0;

  constructor(send: (part: DeltaPart) => void, table: () => RouteDelta | undefined) {
    this.#send = send;
    this.#table = table;
  }

  /** The table has changed so, and is not changing now. */
  add(delta: RouteDelta): void {
    // The whole table, which is not yet made, will have it.
    if (!this.#needsAll) {
      this.#waiting.push(delta);
      this.#waitingWeight += weightOf(delta);
    }
    const { changes, records } = MOST_WAITING;
    if (this.#waiting.length > changes || this.#waitingWeight > records) {
      this.#waiting = [];
      this.#waitingWeight = 0;
      this.#needsAll = true;
    }
    this.go();
  }

  /** The worker has taken the oldest part that is under way. */
  taken(): void {
    this.#weight -= this.#underWay.shift() ?? 0;
    this.go();
  }

  /** Sends what may be sent now. */
  go(): void {
    for (let part = this.#part(); part !== undefined; part = this.#part()) {
      if (this.#underWay.length > 0 && this.#weight + part.weight > PART) return;
      this.#next = undefined;
      this.#underWay.push(part.weight);
      this.#weight += part.weight;
      this.#send(part);
    }
  }

  #nextWaiting(): RouteDelta | undefined {
    const delta = this.#waiting.shift();
    if (delta !== undefined) this.#waitingWeight -= weightOf(delta);
    return delta;
  }

  /** The part whose turn it is. */
  #part(): DeltaPart | undefined {
    if (this.#next !== undefined) return this.#next;
    for (;;) {
      const step = this.#parts?.next();
      if (step?.done === false) return (this.#next = step.value);
      const delta = this.#needsAll ? this.#table() : this.#nextWaiting();
      this.#parts = delta && partsOf(delta, PART);
      if (delta === undefined) return undefined;
      this.#needsAll = false;
    }
  }
}
