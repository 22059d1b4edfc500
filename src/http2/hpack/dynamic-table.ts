/** What a table of HPACK has unless SETTINGS_HEADER_TABLE_SIZE says otherwise (RFC 9113 section 6.5.2). */
export const DEFAULT_TABLE_SIZE = 4096;
/** In the sum of a field, besides its octets (RFC 7541 section 4.1). */
export const FIELD_OVERHEAD = 32;
const FIRST_ROOM = 16;

/** Fields that a peer had us remember (RFC 7541 section 2.3.2): a ring, of which nothing exists before the first entry. */
export class DynamicTable {
  /** Goes up with every entry, eviction and new limit. */
  revision = 0;
  /** Entries in it. */
  length = 0;
  #limit: number;
  #size = 0;
  /** Names and values in turn. */
  #ring: string[] = [];
  /** Entries that the ring has room for: a power of two. */
  #room = 0;
  /** Of the next entry, ever rising. */
  #next = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** 0 for the newest entry; `age` is less than `length`. */
  name(age: number): string {
    return this.#ring[this.#slot(this.#next - 1 - age)]!;
  }

  value(age: number): string {
    return this.#ring[this.#slot(this.#next - 1 - age) + 1]!;
  }

  /** An entry larger than the table empties it, and is no error (RFC 7541 section 4.4). */
  insert(name: string, value: string): void {
    const size = name.length + value.length + FIELD_OVERHEAD;
    this.revision += 1;
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

  /** RFC 7541 section 4.3. */
  resize(limit: number): void {
    if (limit === this.#limit) return;
    this.revision += 1;
    this.#limit = limit;
    this.#evict(limit);
  }

  /** Until no more than `most` octets are there; the ring lets go of them. */
  #evict(most: number): void {
    while (this.length > 0 && this.#size > most) {
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
    this.#room = Math.max(FIRST_ROOM, this.#room * 2);
    while (fields.length < this.#room * 2) fields.push('');
    this.#ring = fields;
    this.#next = this.length;
  }
}
