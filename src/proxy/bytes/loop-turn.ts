import { performance } from 'node:perf_hooks';

const timing = performance.nodeTiming;

/** Holds back work until the end of a turn of the event loop. */
export interface Deferred {
  /** Called at the end of the turn. */
  flush(): void;
}

/** Number of turns of this thread's event loop. Reading it costs less than a callback in every turn. */
export function loopTurn(): number {
  return timing.uvMetricsInfo.loopCount;
}

/**
 * After this many turns, podway has certainly read each socket once more, and received the bytes that were in it
 * before.
 */
export const TURNS_TO_READ = 2;

/**
 * Runs work at the end of a turn of this thread's event loop. podway collects the writes of many connections while the
 * loop handles the events that it polled, and writes after the last of them. A peer on the same node is then woken once
 * for a batch instead of once for every write; a wake-up costs more than all of podway's own work on a small request.
 */
export class LoopTurn {
  #waiting: Deferred[] = [];
  #flushing: Deferred[] = [];
  readonly #end = (): void => {
    const flushing = this.#waiting;
    this.#waiting = this.#flushing;
    for (const deferred of flushing) deferred.flush();
    flushing.length = 0;
    this.#flushing = flushing;
  };

  /** Calls `deferred.flush()` once at the end of this turn: after all polled events are handled, before the next poll. */
  atEnd(deferred: Deferred): void {
    if (this.#waiting.push(deferred) === 1) setImmediate(this.#end);
  }
}
