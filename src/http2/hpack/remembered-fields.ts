import { DEFAULT_TABLE_SIZE, FIELD_OVERHEAD } from './dynamic-table.ts';
import type { KnownName } from './field-names.ts';
import { STATIC_LENGTH } from './static-table.ts';

/** One entry of the table. */
export interface RememberedField {
  readonly name: KnownName;
  readonly value: string;
  /** Octets (RFC 7541 section 4.1). */
  readonly size: number;
  /** Number of the entry among all entries so far, from 1. */
  readonly number: number;
  /** The entry that is evicted after this one. */
  later: RememberedField | undefined;
  /** The neighbours among the entries with the same name. */
  older: RememberedField | undefined;
  newer: RememberedField | undefined;
}

/** Maximum number of entries of one name that a search compares. A value that is not found is written again. */
const MAX_VALUES = 8;

/** The highest possible index: every entry has at least 32 octets. */
export const MAX_INDEX: number = STATIC_LENGTH + DEFAULT_TABLE_SIZE / FIELD_OVERHEAD;

/** The dynamic table of the peer's decoder (RFC 7541 section 2.3.2), which the encoder searches by name and value. */
export class RememberedFields {
  #limit: number = DEFAULT_TABLE_SIZE;
  #size = 0;
  #number = 0;
  #oldest: RememberedField | undefined;
  #newest: RememberedField | undefined;
  /** The newest entry of each name, by place of the name. */
  readonly #byName: (RememberedField | undefined)[] = [];

  /** The maximum size in octets. */
  get limit(): number {
    return this.#limit;
  }

  /** The newest entry of a name. */
  latest(name: KnownName): RememberedField | undefined {
    return this.#byName[name.place];
  }

  /** The entry with this name and value, among the newest of the name. */
  find(name: KnownName, value: string): RememberedField | undefined {
    let field = this.#byName[name.place];
    for (let values = 0; field !== undefined && values < MAX_VALUES; values++) {
      if (field.value === value) return field;
      field = field.older;
    }
    return undefined;
  }

  /** The index of an entry, in the address space of both tables (RFC 7541 section 2.3.3). */
  indexOf(field: RememberedField): number {
    return STATIC_LENGTH + 1 + this.#number - field.number;
  }

  /** Adds an entry and evicts old ones. Its size must not be above `limit`. */
  insert(name: KnownName, value: string): void {
    const size = name.length + value.length + FIELD_OVERHEAD;
    this.#evict(this.#limit - size);
    this.#number += 1;
    const older = this.#byName[name.place];
    const field = {
      name,
      value: ownText(value),
      size,
      number: this.#number,
      later: undefined,
      older,
      newer: undefined,
    };
    if (older !== undefined) older.newer = field;
    while (this.#byName.length <= name.place) this.#byName.push(undefined);
    this.#byName[name.place] = field;
    if (this.#newest === undefined) this.#oldest = field;
    else this.#newest.later = field;
    this.#newest = field;
    this.#size += size;
  }

  /** Sets the maximum size in octets, and evicts entries (RFC 7541 section 4.3). */
  resize(limit: number): void {
    this.#limit = limit;
    this.#evict(limit);
  }

  /** Evicts old entries until the table has at most `max` octets (RFC 7541 section 4.4). */
  #evict(max: number): void {
    while (this.#oldest !== undefined && this.#size > max) {
      const { name, size, later, newer }: RememberedField = this.#oldest;
      // The oldest entry of the table is also the oldest of its name.
      if (newer === undefined) this.#byName[name.place] = undefined;
      else newer.older = undefined;
      this.#size -= size;
      this.#oldest = later;
      if (later === undefined) this.#newest = undefined;
    }
  }
}

/** A copy of the text. In V8, a part of a string keeps the whole string alive, here until the connection ends. */
function ownText(value: string): string {
  return ` ${value}`.slice(1);
}
