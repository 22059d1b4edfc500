/** Entries from which those that nothing refers to any more are looked for. */
const FIRST_SWEEP = 64;

/**
 * What is made of records, one object for equal ones as long as anything refers to it: however many ask for the same,
 * they share it, and `===` shows whether two ask for the same. Nothing is kept alive here. What is left of objects that
 * are gone is dropped whenever the entries have doubled.
 */
export class Interned<Record extends object, Made extends object> {
  readonly #make: (record: Record) => Made;
  readonly #entries = new Map<string, WeakRef<Made>>();
  #sweepAt = FIRST_SWEEP;

  constructor(make: (record: Record) => Made) {
    this.#make = make;
  }

  /** @param record of plain fields, which every caller lists in the same order */
  of(record: Record): Made {
    const key = JSON.stringify(record);
    const known = this.#entries.get(key)?.deref();
    if (known !== undefined) return known;
    if (this.#entries.size >= this.#sweepAt) this.#sweep();
    const made = this.#make(record);
    this.#entries.set(key, new WeakRef(made));
    return made;
  }

  /** Entries that take up memory. */
  get size(): number {
    return this.#entries.size;
  }

  #sweep(): void {
    for (const [key, reference] of this.#entries)
      if (reference.deref() === undefined) this.#entries.delete(key);
    this.#sweepAt = Math.max(FIRST_SWEEP, this.#entries.size * 2);
  }
}
