import { performance } from 'node:perf_hooks';

const timing = performance.nodeTiming;

/** Holds something back for the rest of a turn of the event loop. */
export interface Deferred {
  /** The turn is over. */
  flush(): void;
}

/** Counts the turns of this thread's event loop; asking costs less than a callback in every turn would. */
export function loopTurn(): number {
  return timing.uvMetricsInfo.loopCount;
}

/** Turns after which a socket has been read from once more for certain: what lay in it by then has been handed out. */
export const TURNS_TO_READ = 2;

/**
 * The turns of this thread's event loop. What many connections have to write is gathered while the loop hands out what
 * it polled, and written when that is done: a peer on the same node is then woken once for a batch and not for every
 * write, which costs more than all of our own work on a small request.
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

  /** `deferred.flush()` is called once when this turn ends: after what was polled is handled, before the next poll. */
  atEnd(deferred: Deferred): void {
    if (this.#waiting.push(deferred) === 1) setImmediate(this.#end);
  }
}
