import type { FieldNames } from './field-names.ts';
import { COLON, CR, HTAB, isBlank, LF, LOWER, SP } from './octets.ts';

/** Numbers for each field in `FieldScanner.fields`: its id, then the start and end of its name and of its value. */
export const FIELD_STRIDE = 5;
export const NAME_START = 1;
export const NAME_END = 2;
export const VALUE_START = 3;
export const VALUE_END = 4;

/** Results of `scan` other than an offset. */
export const SCAN_MORE = 0;
const SCAN_BAD = -1;
export const SCAN_TOO_MANY = -2;

const LINE = 0;
const NAME = 1;
const SPACE = 2;
const IN_VALUE = 3;
const LINE_FEED = 4;
const LAST_LINE_FEED = 5;

/**
 * Reads field lines up to and including the empty line that ends them (RFC 9112 5), strictly: a token directly followed
 * by `:`, optional white space, a value, CRLF. It refuses folding, a bare CR or LF, and control characters in a value.
 * A lenient scanner also accepts lines that end in LF alone (RFC 9112 2.2), and notes that.
 *
 * Scanning can stop after any octet and continue there, so it reads each octet once.
 */
export class FieldScanner {
  /** A line ended without CR. */
  loose = false;
  readonly #names: FieldNames;
  readonly #lenient: boolean;
  readonly #room: number;
  /** Grows to the size of this connection's heads, and is used again for the next one. */
  readonly #found: number[] = [];
  #count = 0;
  #state = LINE;
  #at = 0;
  #name = 0;
  #colon = 0;
  #value = 0;

  constructor(names: FieldNames, maxFields: number, lenient = false) {
    this.#names = names;
    this.#lenient = lenient;
    this.#room = maxFields * FIELD_STRIDE;
  }

  /** FIELD_STRIDE integers for every field that was read, with offsets from `base`. The caller owns the copy. */
  fields(): number[] {
    return this.#found.slice(0, this.#count);
  }

  /** Starts a new head whose first field line begins `at` octets after `base`. */
  reset(at: number): void {
    this.loose = false;
    this.#count = 0;
    this.#state = LINE;
    this.#at = at;
  }

  /** Scans up to `stop`. Returns the offset after the empty line, SCAN_MORE, SCAN_BAD or SCAN_TOO_MANY. */
  scan(octets: Uint8Array, base: number, stop: number): number {
    const found = this.#found;
    let state = this.#state;
    let name = this.#name;
    let colon = this.#colon;
    let value = this.#value;
    let i = base + this.#at;
    while (i < stop) {
      if (state === LINE) {
        if (octets[i] === CR) {
          state = LAST_LINE_FEED;
          i++;
          continue;
        }
        if (octets[i] === LF && this.#tolerate()) return i + 1;
        if (this.#count === this.#room) return SCAN_TOO_MANY;
        name = i - base;
        state = NAME;
      }
      if (state === NAME) {
        while (i < stop && LOWER[octets[i]!] !== 0) i++;
        if (i === stop) break;
        colon = i - base;
        if (octets[i] !== COLON || colon === name) return SCAN_BAD;
        state = SPACE;
        i++;
      }
      if (state === SPACE) {
        while (i < stop && isBlank(octets[i]!)) i++;
        if (i === stop) break;
        value = i - base;
        state = IN_VALUE;
      }
      if (state === IN_VALUE) {
        while (i < stop && isValue(octets[i]!)) i++;
        if (i === stop) break;
        if (octets[i] === CR) {
          state = LINE_FEED;
          i++;
          if (i === stop) break;
        } else if (octets[i] !== LF || !this.#tolerate()) return SCAN_BAD;
      }
      if (octets[i] !== LF) return SCAN_BAD;
      i++;
      if (state === LAST_LINE_FEED) return i;
      let end = octets[i - 2] === CR ? i - 2 : i - 1;
      while (end > base + value && isBlank(octets[end - 1]!)) end--;
      const count = this.#count;
      found[count] = this.#names.find(octets, base + name, base + colon);
      found[count + NAME_START] = name;
      found[count + NAME_END] = colon;
      found[count + VALUE_START] = value;
      found[count + VALUE_END] = end - base;
      this.#count = count + FIELD_STRIDE;
      state = LINE;
    }
    this.#state = state;
    this.#name = name;
    this.#colon = colon;
    this.#value = value;
    this.#at = i - base;
    return SCAN_MORE;
  }

  #tolerate(): boolean {
    if (this.#lenient) this.loose = true;
    return this.#lenient;
  }
}

/** SP, HTAB, visible ASCII and obs-text (RFC 9110 5.5). Comparing is faster than a table here. */
function isValue(octet: number): boolean {
  return octet >= SP ? octet !== 0x7f : octet === HTAB;
}
