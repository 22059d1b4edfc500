import type { RouteDelta } from '../boundary/delta.ts';
import { type DeltaPart, partsOf, weightOf } from '../inventory/delta-parts.ts';

/** Maximum number of records in one message: about two milliseconds of a worker's time, and less of the main thread's. */
const MAX_RECORDS_PER_PART = 500;
/**
 * Maximum number of changes that may wait for a worker, and of their records (as many as a large table has). A worker that is
 * further behind gets the whole table instead.
 */
const MAX_WAITING = { changes: 1_000, records: 100_000 };

/**
 * Sends the table to one worker in parts: first the whole table, then every change. The parts that the worker has not confirmed
 * together have at most the work of one part, so its requests, and this thread, never wait for more.
 */
export class TableFeed {
  readonly #send: (part: DeltaPart) => void;
  /** The current table as a delta with `reset`; undefined while the table is changing. */
  readonly #table: () => RouteDelta | undefined;
  #needsAll = true;
  #waiting: RouteDelta[] = [];
  /** Sum of the weights of `#waiting`. */
  #waitingWeight = 0;
  #parts: Iterator<DeltaPart, void> | undefined;
  #next: DeltaPart | undefined;
  /** Weights of the parts that the worker has not confirmed. */
  readonly #underWay: number[] = [];
  #weight = 0;

  constructor(send: (part: DeltaPart) => void, table: () => RouteDelta | undefined) {
    this.#send = send;
    this.#table = table;
  }

  /** The table has changed by this delta, and is not changing now. */
  add(delta: RouteDelta): void {
    // If the whole table is still to be sent, it will contain this change.
    if (!this.#needsAll) {
      this.#waiting.push(delta);
      this.#waitingWeight += weightOf(delta);
    }
    const { changes, records } = MAX_WAITING;
    if (this.#waiting.length > changes || this.#waitingWeight > records) {
      this.#waiting = [];
      this.#waitingWeight = 0;
      this.#needsAll = true;
    }
    this.go();
  }

  /** The worker has confirmed the oldest part. */
  taken(): void {
    this.#weight -= this.#underWay.shift() ?? 0;
    this.go();
  }

  /** Sends the parts that may be sent now. */
  go(): void {
    for (let part = this.#part(); part !== undefined; part = this.#part()) {
      if (this.#underWay.length > 0 && this.#weight + part.weight > MAX_RECORDS_PER_PART) return;
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

  /** The next part. */
  #part(): DeltaPart | undefined {
    if (this.#next !== undefined) return this.#next;
    for (;;) {
      const step = this.#parts?.next();
      if (step?.done === false) return (this.#next = step.value);
      const delta = this.#needsAll ? this.#table() : this.#nextWaiting();
      this.#parts = delta && partsOf(delta, MAX_RECORDS_PER_PART);
      if (delta === undefined) return undefined;
      this.#needsAll = false;
    }
  }
}
