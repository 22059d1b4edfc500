import { BlockReader } from './block-reader.ts';
import { DEFAULT_TABLE_SIZE, DynamicTable, FIELD_OVERHEAD } from './dynamic-table.ts';
import { SECRET_NAMES } from './field-names.ts';
import { STATIC_FIELDS, STATIC_LENGTH } from './static-table.ts';

/** Limits of one field section. */
export interface FieldLimits {
  /** Maximum octets of names and values, plus 32 for each field (RFC 9113 section 6.5.2). */
  readonly size: number;
  /** Maximum number of fields. */
  readonly fields: number;
}

/** The limits for `fields` fields whose names and values together have `octets` octets. */
export function fieldLimits(octets: number, fields: number): FieldLimits {
  return { size: octets + fields * FIELD_OVERHEAD, fields };
}

/** The lowest first octet of each representation, and the prefix of its number (RFC 7541 section 6). */
const INDEXED = 0x80;
const INDEXED_PREFIX = 0x7f;
const WITH_INDEXING = 0x40;
const WITH_INDEXING_PREFIX = 0x3f;
const SIZE_UPDATE = 0x20;
const SIZE_UPDATE_PREFIX = 0x1f;
const NEVER_INDEXED = 0x10;
/** Prefix of a literal without indexing and of a literal that is never indexed. */
const WITHOUT_INDEXING_PREFIX = 0x0f;

/**
 * Maximum number of size updates at the start of a block: to the smallest size since the last block, and to the final size (RFC
 * 7541 section 4.2).
 */
const MAX_UPDATES = 2;

/** All connections of a thread share this reader, because a block is decoded in one call. */
const reader = new BlockReader();

/** Decodes the field blocks of one peer (HPACK, RFC 7541). After an error it cannot be used any more. */
export class HpackDecoder {
  readonly #limits: FieldLimits;
  readonly #tableSize: number;
  readonly #table = new DynamicTable(DEFAULT_TABLE_SIZE);
  #fields: string[] = [];
  #exceeded = false;
  #neverIndexed: Set<string> | undefined = undefined;
  /** Octets and fields that the current block may still use. */
  #size = 0;
  #count = 0;

  /**
   * `tableSize`: our SETTINGS_HEADER_TABLE_SIZE in octets. It must not be below the initial 4096: otherwise the peer would have to
   * announce the reduction, and this class would have to check that it does (RFC 7541 section 4.2).
   */
  constructor(limits: FieldLimits, tableSize: number = DEFAULT_TABLE_SIZE) {
    this.#limits = limits;
    this.#tableSize = tableSize;
  }

  /** The last block: names and values in turn, each character one octet. It is complete unless `exceeded`; the caller may keep it. */
  get fields(): string[] {
    return this.#fields;
  }

  /** The last block exceeded the limits: `fields` lacks the fields after the limit. The dynamic table has all entries anyway. */
  get exceeded(): boolean {
    return this.#exceeded;
  }

  /**
   * Names of the last block's fields that the peer encoded as never indexed. They must be forwarded as never indexed (RFC 7541 section
   * 6.2.3). Names that podway's encoder never indexes anyway are left out. Undefined: none.
   */
  get neverIndexed(): ReadonlySet<string> | undefined {
    return this.#neverIndexed;
  }

  /** Decodes one complete field block, `buf[start, end)`. False: the connection must end with COMPRESSION_ERROR (RFC 9113 section 4.3). */
  decode(buf: Buffer, start: number, end: number): boolean {
    this.#fields = [];
    this.#exceeded = false;
    this.#neverIndexed = undefined;
    this.#size = this.#limits.size;
    this.#count = this.#limits.fields;
    reader.open(buf, start, end);
    const isRight = this.#readUpdates() && this.#readFields();
    reader.close();
    return isRight;
  }

  #readUpdates(): boolean {
    for (let updates = 0; updates < MAX_UPDATES && reader.at < reader.end; updates++) {
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
        // A size update is allowed only at the start of a block (RFC 7541 section 4.2).
      } else if (first >= SIZE_UPDATE || !this.#readLiteral(first)) return false;
    }
    return true;
  }

  /** An indexed field (RFC 7541 section 6.1). */
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

  /** A literal field that becomes an entry (RFC 7541 section 6.2.1). */
  #readEntry(): boolean {
    const name = this.#readName(WITH_INDEXING_PREFIX);
    const value = name === undefined ? undefined : reader.string();
    if (name === undefined || value === undefined) return false;
    this.#table.insert(name, value);
    this.#keep(name, value);
    return true;
  }

  /** A literal field that does not become an entry (RFC 7541 sections 6.2.2 and 6.2.3). */
  #readLiteral(first: number): boolean {
    const name = this.#readName(WITHOUT_INDEXING_PREFIX);
    if (name === undefined) return false;
    if (this.#exceeded) return reader.skipString();
    const value = reader.string();
    if (value === undefined) return false;
    this.#keep(name, value);
    if (first >= NEVER_INDEXED && !SECRET_NAMES.has(name)) this.#mark(name);
    return true;
  }

  #mark(name: string): void {
    this.#neverIndexed ??= new Set();
    this.#neverIndexed.add(name);
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
