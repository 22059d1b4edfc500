import { setFlagsFromString } from 'node:v8';
import type { SourcePhase } from '../cluster/source.ts';

/**
 * Keeps the heap small while a list is being read. A large cluster's list is a hundred megabytes of JSON of which little
 * stays; V8 would rather let the heap grow than collect so much garbage, and the first list would be the peak of the
 * process. It costs time (of the main thread and V8's helpers), so it ends with the list: see npm run bench:memory.
 */
export class CompactHeap {
  /** Kinds. */
  readonly #listing = new Set<string>();

  enter(kind: string, phase: SourcePhase): void {
    const before = this.#listing.size;
    if (phase === 'listing') this.#listing.add(kind);
    else this.#listing.delete(kind);
    const now = this.#listing.size;
    // Read by V8 whenever it decides on a collection, so it can be set at any time.
    if (before === 0 && now > 0) setFlagsFromString('--optimize-for-size');
    if (before > 0 && now === 0) setFlagsFromString('--no-optimize-for-size');
  }
}
