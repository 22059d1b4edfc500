import { DEFAULT_TABLE_SIZE, FIELD_OVERHEAD } from './dynamic-table.ts';
import { KNOWN_NAMES, type KnownName } from './field-names.ts';
import {
  INDEXED,
  integerOctets,
  integersOctets,
  SIZE_UPDATE,
  stringOctets,
  WITH_INDEXING,
  WITHOUT_INDEXING,
} from './octets.ts';
import { MOST_INDEX, RememberedFields } from './remembered-fields.ts';

/** A longer value would evict much that is of use. */
const MOST_VALUE = 200;
/** So many entries of one name without use in a row, and only a value that comes twice in a row gets one. */
const MOST_UNUSED = 8;

const INDEXED_OCTETS = integersOctets(INDEXED, MOST_INDEX + 1);
const NAMED_ENTRY_OCTETS = integersOctets(WITH_INDEXING, MOST_INDEX + 1);
const NAMED_LITERAL_OCTETS = integersOctets(WITHOUT_INDEXING, MOST_INDEX + 1);
const NEW_NAME = integerOctets(WITHOUT_INDEXING, 0);

/** What we write to one peer in HPACK (RFC 7541). */
export class HpackEncoder {
  readonly #remembered = new RememberedFields();
  /** Of each place: entries in a row that were of no use, and a mark of the last value that got none. */
  readonly #unused: number[] = [];
  readonly #marks: number[] = [];
  /** Since the last block: the smallest table size, and the last one. -1: none. */
  #smallest = -1;
  #size = -1;

  /**
   * The peer's SETTINGS_HEADER_TABLE_SIZE, once it is acknowledged; ours is not above the initial 4096. A change is announced at the
   * start of the next block (RFC 7541 section 4.2).
   */
  resize(size: number): void {
    const ours = Math.min(size, DEFAULT_TABLE_SIZE);
    this.#smallest = this.#smallest < 0 ? ours : Math.min(this.#smallest, ours);
    this.#size = ours;
  }

  /** A field block as octets in characters, of names (in lower case) and values in turn, octets in characters. */
  encode(fields: readonly string[]): string {
    let block = this.#size < 0 ? '' : this.#announce();
    for (let at = 0; at < fields.length; at += 2) block += this.#field(fields[at]!, fields[at + 1]!);
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
    // The decoder takes the name before it evicts the entry with it (RFC 7541 section 4.4).
    this.#remembered.insert(name, value);
    return (index < 0 ? name.entry : NAMED_ENTRY_OCTETS[index]!) + text;
  }

  /** Counts it as one. */
  #isWorthAnEntry({ place, length }: KnownName, value: string): boolean {
    const size = length + value.length + FIELD_OVERHEAD;
    if (value.length > MOST_VALUE || size > this.#remembered.limit) return false;
    const unused = this.#unused[place] ?? 0;
    if (unused >= MOST_UNUSED) {
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

/** Two values with one mark cost an entry without use, no more. */
function markOf(value: string): number {
  const { length } = value;
  let mark = length;
  for (let at = Math.max(0, length - 4); at < length; at++) mark = Math.imul(mark, 31) + value.charCodeAt(at);
  return length < 5 ? mark : Math.imul(mark, 31) + value.charCodeAt(length >> 1);
}
