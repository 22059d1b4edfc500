/** Number of entries from which unused entries are searched for. */
const FIRST_SWEEP = 64;

/**
 * Objects that are made of records. Equal records get the same object while it is in use, so that they share its memory
 * and `===` compares them. This class keeps no object alive. It deletes the entries of objects that are gone whenever
 * the number of entries has doubled.
 */
export class Interned<Record extends object, Made extends object> {
  readonly #make: (record: Record) => Made;
  readonly #entries = new Map<string, WeakRef<Made>>();
  #sweepAt = FIRST_SWEEP;

  constructor(make: (record: Record) => Made) {
    this.#make = make;
  }

  /** @param record of plain fields, in the same order at every caller */
  of(record: Record): Made {
    const key = JSON.stringify(record);
    const known = this.#entries.get(key)?.deref();
    if (known !== undefined) return known;
    if (this.#entries.size >= this.#sweepAt) this.#sweep();
    const made = this.#make(record);
    this.#entries.set(key, new WeakRef(made));
    return made;
  }

  /** Number of entries in memory. */
  get size(): number {
    return this.#entries.size;
  }

  #sweep(): void {
    for (const [key, reference] of this.#entries)
      if (reference.deref() === undefined) this.#entries.delete(key);
    this.#sweepAt = Math.max(FIRST_SWEEP, this.#entries.size * 2);
  }
}
