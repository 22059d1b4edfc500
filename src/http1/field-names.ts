import { FOLD, LOWER } from './octets.ts';

/** Id of a name that is in no index. */
export const OTHER_FIELD = 0;
/** Id of a field that is removed and has no effect here. */
export const DROPPED_FIELD = 1;

interface Entry {
  readonly name: Uint8Array;
  readonly id: number;
}

const SLOTS = 256;

/**
 * An index of the field names that podway or its peers act on: from the octets of a name to a small integer, without
 * making a string. A name that differs from a known one only in characters that are no letters or digits (`_`, `.` or
 * `!` for `-`) is an alias and gets DROPPED_FIELD. podway neither acts on it nor forwards it, because applications that
 * fold names as CGI does would take it for the known name.
 */
export class FieldNames {
  readonly #slots: (Entry | null)[] = Array.from({ length: SLOTS }, () => null);
  readonly #prefixes: readonly Entry[];

  /**
   * Names and prefixes are in lower case. Of two equal names the first one counts. There are some 100 names at most, so
   * the table stays sparse.
   */
  constructor(
    names: readonly (readonly [string, number])[],
    prefixes: readonly (readonly [string, number])[],
  ) {
    for (const [name, id] of names) this.#add(entryOf(name, id));
    this.#prefixes = prefixes.map(([name, id]) => entryOf(name, id));
  }

  /** Id of the token at `octets[start, end)`. */
  find(octets: Uint8Array, start: number, end: number): number {
    for (let slot = slotOf(octets, start, end); ; slot = (slot + 1) % SLOTS) {
      const entry = this.#slots[slot]!;
      if (entry === null) break;
      if (entry.name.length !== end - start) continue;
      const match = compare(octets, start, entry.name);
      if (match !== MISMATCH) return match === EXACT ? entry.id : DROPPED_FIELD;
    }
    for (const { name, id } of this.#prefixes) {
      if (end - start <= name.length) continue;
      const match = compare(octets, start, name);
      if (match !== MISMATCH) return match === EXACT && isPlain(octets, start, end) ? id : DROPPED_FIELD;
    }
    return OTHER_FIELD;
  }

  #add({ name, id }: Entry): void {
    let slot = slotOf(name, 0, name.length);
    while (this.#slots[slot] !== null) slot = (slot + 1) % SLOTS;
    this.#slots[slot] = { name, id };
  }
}

const MISMATCH = 0;
const ALIAS = 1;
const EXACT = 2;

function compare(octets: Uint8Array, start: number, name: Uint8Array): number {
  let match = EXACT;
  for (let at = 0; at < name.length; at++) {
    const octet = octets[start + at]!;
    const expected = name[at]!;
    if (LOWER[octet] === expected) continue;
    if (FOLD[octet] !== FOLD[expected]) return MISMATCH;
    match = ALIAS;
  }
  return match;
}

/** True when the name has only letters, digits and `-`, so that it is no alias. */
function isPlain(octets: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (FOLD[octets[at]!] !== LOWER[octets[at]!]) return false;
  return true;
}

function entryOf(text: string, id: number): Entry {
  return { name: Uint8Array.from(text, (char) => char.charCodeAt(0)), id };
}

/** Length and three folded octets distinguish the known names well enough. */
function slotOf(octets: Uint8Array, start: number, end: number): number {
  const first = FOLD[octets[start]!]!;
  const middle = FOLD[octets[(start + end) >> 1]!]!;
  const last = FOLD[octets[end - 1]!]!;
  return (first * 7 + middle * 31 + last * 13 + (end - start)) % SLOTS;
}
