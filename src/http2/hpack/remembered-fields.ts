import { DEFAULT_TABLE_SIZE, FIELD_OVERHEAD } from './dynamic-table.ts';
import type { KnownName } from './field-names.ts';
import { STATIC_LENGTH } from './static-table.ts';

export interface RememberedField {
  readonly name: KnownName;
  readonly value: string;
  /** RFC 7541 section 4.1. */
  readonly size: number;
  /** Of all entries so far, from 1. */
  readonly number: number;
  /** The next one to be evicted after this one. */
  later: RememberedField | undefined;
  /** With the same name. */
  older: RememberedField | undefined;
  newer: RememberedField | undefined;
}

/** A name with more values than this at once is not searched further: what is not found is written again. */
const MOST_VALUES = 8;

/** The largest index there can be: every entry has 32 octets and more. */
export const MOST_INDEX: number = STATIC_LENGTH + DEFAULT_TABLE_SIZE / FIELD_OVERHEAD;

/** What the decoder on the other side has in its table (RFC 7541 section 2.3.2), to be found by name and value. */
export class RememberedFields {
  #limit: number = DEFAULT_TABLE_SIZE;
  #size = 0;
  #number = 0;
  #oldest: RememberedField | undefined;
  #newest: RememberedField | undefined;
  /** By place of the name. */
  readonly #byName: (RememberedField | undefined)[] = [];

  get limit(): number {
    return this.#limit;
  }

  /** The newest one of a name. */
  latest(name: KnownName): RememberedField | undefined {
    return this.#byName[name.place];
  }

  find(name: KnownName, value: string): RememberedField | undefined {
    let field = this.#byName[name.place];
    for (let values = 0; field !== undefined && values < MOST_VALUES; values++) {
      if (field.value === value) return field;
      field = field.older;
    }
    return undefined;
  }

  /** RFC 7541 section 2.3.3. */
  indexOf(field: RememberedField): number {
    return STATIC_LENGTH + 1 + this.#number - field.number;
  }

  /** A field whose size is not above `limit`. */
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

  /** RFC 7541 section 4.3. */
  resize(limit: number): void {
    this.#limit = limit;
    this.#evict(limit);
  }

  /** RFC 7541 section 4.4. */
  #evict(most: number): void {
    while (this.#oldest !== undefined && this.#size > most) {
      const { name, size, later, newer }: RememberedField = this.#oldest;
      // The oldest of all is the oldest of its name.
      if (newer === undefined) this.#byName[name.place] = undefined;
      else newer.older = undefined;
      this.#size -= size;
      this.#oldest = later;
      if (later === undefined) this.#newest = undefined;
    }
  }
}

/** A part of a text keeps the whole text alive, here for as long as the connection: this one is a part of its own copy. */
function ownText(value: string): string {
  return ` ${value}`.slice(1);
}
