import { setFlagsFromString } from 'node:v8';
import type { SourcePhase } from '../cluster/source.ts';

/**
 * Keeps the heap small while podway reads a list. The list of a large cluster is a hundred megabytes of JSON, and podway keeps
 * little of it. V8 by default lets the heap grow before it collects this garbage, so the first list would cause the peak memory
 * of the process. The flag costs CPU of the main thread and of V8's helper threads, so it is cleared after the list: see npm
 * run bench:memory.
 */
export class CompactHeap {
  /** Kinds whose list is being read. */
  readonly #listing = new Set<string>();

  enter(kind: string, phase: SourcePhase): void {
    const before = this.#listing.size;
    if (phase === 'listing') this.#listing.add(kind);
    else this.#listing.delete(kind);
    const now = this.#listing.size;
    // V8 reads the flag whenever it decides on a collection, so it can be set at any time.
    if (before === 0 && now > 0) setFlagsFromString('--optimize-for-size');
    if (before > 0 && now === 0) setFlagsFromString('--no-optimize-for-size');
  }
}
