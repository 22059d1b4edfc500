import { setImmediate as turn } from 'node:timers/promises';

/** Milliseconds of work at a stretch; then the event loop turns. */
const STRETCH = 4;

/** Long work in pieces, between which others have their turn. */
export class Turns {
  #end = performance.now() + STRETCH;

  /** The work has used up its time. */
  isDue(): boolean {
    return performance.now() >= this.#end;
  }

  /** Resolves when the event loop has turned. */
  async next(): Promise<void> {
    await turn();
    this.#end = performance.now() + STRETCH;
  }
}
