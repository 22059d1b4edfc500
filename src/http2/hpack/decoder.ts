import { BlockReader } from './block-reader.ts';
import { DEFAULT_TABLE_SIZE, DynamicTable, FIELD_OVERHEAD } from './dynamic-table.ts';
import { STATIC_FIELDS, STATIC_LENGTH } from './static-table.ts';

export interface FieldLimits {
  /** Bytes of names and values, plus 32 for each field (RFC 9113 section 6.5.2). */
  readonly size: number;
  /** Fields. */
  readonly fields: number;
}

/** The least first octets of the representations, and the prefixes with their numbers (RFC 7541 section 6). */
const INDEXED = 0x80;
const INDEXED_PREFIX = 0x7f;
const WITH_INDEXING = 0x40;
const WITH_INDEXING_PREFIX = 0x3f;
const SIZE_UPDATE = 0x20;
const SIZE_UPDATE_PREFIX = 0x1f;
/** Without indexing, or never indexed: for who only reads they are one. */
const WITHOUT_INDEXING_PREFIX = 0x0f;

/** The smallest size since the last block, and the last one (RFC 7541 section 4.2). */
const MOST_UPDATES = 2;

/** One for all connections of a thread: a block is decoded without a break. */
const reader = new BlockReader();

/** What one peer writes in HPACK (RFC 7541); after an error it is of no more use. */
export class HpackDecoder {
  readonly #limits: FieldLimits;
  readonly #tableSize: number;
  readonly #table = new DynamicTable(DEFAULT_TABLE_SIZE);
  #fields: string[] = [];
  #exceeded = false;
  /** Left of the limits. */
  #size = 0;
  #count = 0;

  /**
   * `tableSize`: our SETTINGS_HEADER_TABLE_SIZE, not less than the initial 4096: so the peer owes us no update for a size that we
   * took back (RFC 7541 section 4.2).
   */
  constructor(limits: FieldLimits, tableSize: number = DEFAULT_TABLE_SIZE) {
    this.#limits = limits;
    this.#tableSize = tableSize;
  }

  /** Names and values in turn of the last block, octets as characters. The array is the caller's; it is complete unless `exceeded`. */
  get fields(): string[] {
    return this.#fields;
  }

  /** The list of the last block was longer than the limits. The table is in step all the same; fields after the limit are not kept. */
  get exceeded(): boolean {
    return this.#exceeded;
  }

  /** Goes up with every change of the table: two equal blocks between which it stands still have equal fields. */
  get revision(): number {
    return this.#table.revision;
  }

  /** Decodes one whole field block, buf[start, end). False: COMPRESSION_ERROR, the connection must end (RFC 9113 section 4.3). */
  decode(buf: Buffer, start: number, end: number): boolean {
    this.#fields = [];
    this.#exceeded = false;
    this.#size = this.#limits.size;
    this.#count = this.#limits.fields;
    reader.open(buf, start, end);
    const isRight = this.#readUpdates() && this.#readFields();
    reader.close();
    return isRight;
  }

  #readUpdates(): boolean {
    for (let updates = 0; updates < MOST_UPDATES && reader.at < reader.end; updates++) {
      const first = reader.peek();
      if (first < SIZE_UPDATE || first >= WITH_INDEXING) break;
      const size = reader.integer(SIZE_UPDATE_PREFIX);
      if (size < 0 || size > this.#tableSize) return false;
      this.#table.resize(size);
    }
    return true;
  }

  #readFields(): boolean {
    while (reader.at < reader.end) {
      const first = reader.peek();
      if (first >= INDEXED) {
        if (!this.#readIndexed()) return false;
      } else if (first >= WITH_INDEXING) {
        if (!this.#readEntry()) return false;
        // A size is set at the begin of a block only.
      } else if (first >= SIZE_UPDATE || !this.#readLiteral()) return false;
    }
    return true;
  }

  /** RFC 7541 section 6.1. */
  #readIndexed(): boolean {
    const index = reader.integer(INDEXED_PREFIX);
    if (index <= 0) return false;
    if (index <= STATIC_LENGTH) {
      this.#keep(STATIC_FIELDS[index * 2 - 2]!, STATIC_FIELDS[index * 2 - 1]!);
      return true;
    }
    const age = index - STATIC_LENGTH - 1;
    if (age >= this.#table.length) return false;
    this.#keep(this.#table.name(age), this.#table.value(age));
    return true;
  }

  /** RFC 7541 section 6.2.1. */
  #readEntry(): boolean {
    const name = this.#readName(WITH_INDEXING_PREFIX);
    const value = name === undefined ? undefined : reader.string();
    if (name === undefined || value === undefined) return false;
    this.#table.insert(name, value);
    this.#keep(name, value);
    return true;
  }

  /** RFC 7541 sections 6.2.2 and 6.2.3. */
  #readLiteral(): boolean {
    const name = this.#readName(WITHOUT_INDEXING_PREFIX);
    if (name === undefined) return false;
    if (this.#exceeded) return reader.skipString();
    const value = reader.string();
    if (value === undefined) return false;
    this.#keep(name, value);
    return true;
  }

  #readName(prefix: number): string | undefined {
    const index = reader.integer(prefix);
    if (index === 0) return reader.string();
    if (index < 0) return undefined;
    if (index <= STATIC_LENGTH) return STATIC_FIELDS[index * 2 - 2];
    const age = index - STATIC_LENGTH - 1;
    return age < this.#table.length ? this.#table.name(age) : undefined;
  }

  #keep(name: string, value: string): void {
    if (this.#exceeded) return;
    this.#size -= name.length + value.length + FIELD_OVERHEAD;
    this.#count -= 1;
    if (this.#size < 0 || this.#count < 0) this.#exceeded = true;
    else this.#fields.push(name, value);
  }
}
