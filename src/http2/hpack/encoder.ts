import { DEFAULT_TABLE_SIZE, FIELD_OVERHEAD } from './dynamic-table.ts';
import { KNOWN_NAMES, type KnownName } from './field-names.ts';
import {
  INDEXED,
  NEVER_INDEXED,
  integerOctets,
  integersOctets,
  SIZE_UPDATE,
  stringOctets,
  WITH_INDEXING,
  WITHOUT_INDEXING,
} from './octets.ts';
import { MAX_INDEX, RememberedFields } from './remembered-fields.ts';

/** Maximum characters of a value that becomes an entry. A longer one would evict many useful entries. */
const MAX_VALUE = 200;
/** After this number of unused entries of one name in a row, a value becomes an entry only when it occurs twice in a row. */
const MAX_UNUSED = 8;

const INDEXED_OCTETS = integersOctets(INDEXED, MAX_INDEX + 1);
const NAMED_ENTRY_OCTETS = integersOctets(WITH_INDEXING, MAX_INDEX + 1);
const NAMED_LITERAL_OCTETS = integersOctets(WITHOUT_INDEXING, MAX_INDEX + 1);
const NEW_NAME = integerOctets(WITHOUT_INDEXING, 0);
const NEW_SECRET_NAME = integerOctets(NEVER_INDEXED, 0);

/** Encodes the field blocks for one peer (HPACK, RFC 7541). */
export class HpackEncoder {
  readonly #remembered = new RememberedFields();
  /** By place of the name: number of unused entries in a row, and the mark of the last value that did not become an entry. */
  readonly #unused: number[] = [];
  readonly #marks: number[] = [];
  /** The smallest table size since the last block, and the final one. -1: unchanged. */
  #smallest = -1;
  #size = -1;

  /**
   * Applies the peer's SETTINGS_HEADER_TABLE_SIZE in octets, which this side acknowledges. The encoder uses at most the initial
   * 4096. The next block announces the change at its start (RFC 7541 section 4.2).
   */
  resize(size: number): void {
    const ours = Math.min(size, DEFAULT_TABLE_SIZE);
    this.#smallest = this.#smallest < 0 ? ours : Math.min(this.#smallest, ours);
    this.#size = ours;
  }

  /**
   * Encodes names (in lower case) and values in turn to a field block. In both, each character is one octet. `neverIndexed`: names
   * of fields that no peer on the way may put into a table, in addition to the known names of secrets.
   */
  encode(fields: readonly string[], neverIndexed?: ReadonlySet<string>): string {
    const block = this.#size < 0 ? '' : this.#announce();
    return block + (neverIndexed === undefined ? this.#fields(fields) : this.#marked(fields, neverIndexed));
  }

  #fields(fields: readonly string[]): string {
    let block = '';
    for (let at = 0; at < fields.length; at += 2) block += this.#field(fields[at]!, fields[at + 1]!);
    return block;
  }

  #marked(fields: readonly string[], neverIndexed: ReadonlySet<string>): string {
    let block = '';
    for (let at = 0; at < fields.length; at += 2) {
      const [name, value] = [fields[at]!, fields[at + 1]!];
      block += neverIndexed.has(name)
        ? NEW_SECRET_NAME + stringOctets(name) + stringOctets(value)
        : this.#field(name, value);
    }
    return block;
  }

  #announce(): string {
    const [smallest, size] = [this.#smallest, this.#size];
    this.#smallest = -1;
    this.#size = -1;
    let octets = '';
    if (smallest < size && smallest < this.#remembered.limit) octets += this.#change(smallest);
    if (size !== this.#remembered.limit) octets += this.#change(size);
    return octets;
  }

  #change(size: number): string {
    this.#remembered.resize(size);
    return integerOctets(SIZE_UPDATE, size);
  }

  #field(name: string, value: string): string {
    const known = KNOWN_NAMES.get(name);
    if (known === undefined) return NEW_NAME + stringOctets(name) + stringOctets(value);
    const octets = known.values?.get(value);
    if (octets !== undefined) return octets;
    return known.place < 0 ? known.literal + stringOctets(value) : this.#repeated(known, value);
  }

  #repeated(name: KnownName, value: string): string {
    const found = this.#remembered.find(name, value);
    if (found !== undefined) {
      this.#unused[name.place] = 0;
      return INDEXED_OCTETS[this.#remembered.indexOf(found)]!;
    }
    const latest = name.isStatic ? undefined : this.#remembered.latest(name);
    const index = latest === undefined ? -1 : this.#remembered.indexOf(latest);
    const text = stringOctets(value);
    if (!this.#isWorthAnEntry(name, value)) {
      return (index < 0 ? name.literal : NAMED_LITERAL_OCTETS[index]!) + text;
    }
    // The decoder copies the name before it evicts the entry with it (RFC 7541 section 4.4).
    this.#remembered.insert(name, value);
    return (index < 0 ? name.entry : NAMED_ENTRY_OCTETS[index]!) + text;
  }

  /** Whether the field should become an entry. If so, counts the entry as unused. */
  #isWorthAnEntry({ place, length }: KnownName, value: string): boolean {
    const size = length + value.length + FIELD_OVERHEAD;
    if (value.length > MAX_VALUE || size > this.#remembered.limit) return false;
    const unused = this.#unused[place] ?? 0;
    if (unused >= MAX_UNUSED) {
      const mark = markOf(value);
      if (this.#marks[place] !== mark) {
        this.#marks[place] = mark;
        return false;
      }
    }
    this.#unused[place] = unused + 1;
    return true;
  }
}

/** A hash of a value. If two values have the same hash, the encoder makes one useless entry. */
function markOf(value: string): number {
  const { length } = value;
  let mark = length;
  for (let at = Math.max(0, length - 4); at < length; at++) mark = Math.imul(mark, 31) + value.charCodeAt(at);
  return length < 5 ? mark : Math.imul(mark, 31) + value.charCodeAt(length >> 1);
}
