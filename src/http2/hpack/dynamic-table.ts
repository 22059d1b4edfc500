/** Size of a dynamic table in octets until SETTINGS_HEADER_TABLE_SIZE changes it (RFC 9113 section 6.5.2). */
export const DEFAULT_TABLE_SIZE = 4096;
/** Octets that the size of an entry has in addition to its name and value (RFC 7541 section 4.1). */
export const FIELD_OVERHEAD = 32;
const INITIAL_CAPACITY = 16;

/** The dynamic table of a decoder (RFC 7541 section 2.3.2): a ring, which is allocated with the first entry. */
export class DynamicTable {
  /** Number of entries. */
  length = 0;
  #limit: number;
  #size = 0;
  /** Names and values in turn. */
  #ring: string[] = [];
  /** Number of entries for which the ring has room: a power of two. */
  #room = 0;
  /** The number of the next entry. It only increases. */
  #next = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The name of an entry. `age`: 0 for the newest entry; it must be below `length`. */
  name(age: number): string {
    return this.#ring[this.#slot(this.#next - 1 - age)]!;
  }

  /** The value of an entry; see `name`. */
  value(age: number): string {
    return this.#ring[this.#slot(this.#next - 1 - age) + 1]!;
  }

  /** Adds an entry and evicts old ones. An entry larger than the table only empties it; that is not an error (RFC 7541 section 4.4). */
  insert(name: string, value: string): void {
    const size = name.length + value.length + FIELD_OVERHEAD;
    this.#evict(this.#limit - size);
    if (size > this.#limit) return;
    if (this.length === this.#room) this.#grow();
    const slot = this.#slot(this.#next);
    this.#ring[slot] = name;
    this.#ring[slot + 1] = value;
    this.#next += 1;
    this.length += 1;
    this.#size += size;
  }

  /** Sets the maximum size in octets, and evicts entries (RFC 7541 section 4.3). */
  resize(limit: number): void {
    if (limit === this.#limit) return;
    this.#limit = limit;
    this.#evict(limit);
  }

  /** Evicts old entries until the table has at most `max` octets. The ring drops their texts, so V8 can free them. */
  #evict(max: number): void {
    while (this.length > 0 && this.#size > max) {
      const slot = this.#slot(this.#next - this.length);
      this.#size -= this.#ring[slot]!.length + this.#ring[slot + 1]!.length + FIELD_OVERHEAD;
      this.#ring[slot] = '';
      this.#ring[slot + 1] = '';
      this.length -= 1;
    }
  }

  #slot(count: number): number {
    return (count & (this.#room - 1)) * 2;
  }

  #grow(): void {
    const fields: string[] = [];
    for (let age = this.length - 1; age >= 0; age--) fields.push(this.name(age), this.value(age));
    this.#room = Math.max(INITIAL_CAPACITY, this.#room * 2);
    while (fields.length < this.#room * 2) fields.push('');
    this.#ring = fields;
    this.#next = this.length;
  }
}
