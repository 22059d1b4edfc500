import { setImmediate as turn } from 'node:timers/promises';

/** Milliseconds of work after which the event loop turns. */
const MAX_TURN_TIME = 4;

/** Splits long work into pieces, so that other work can run between them. */
export class Yielder {
  #end = performance.now() + MAX_TURN_TIME;

  /** Whether the work has used up its time. */
  isDue(): boolean {
    return performance.now() >= this.#end;
  }

  /** Resolves when the event loop has turned. */
  async yield(): Promise<void> {
    await turn();
    this.#end = performance.now() + MAX_TURN_TIME;
  }
}
