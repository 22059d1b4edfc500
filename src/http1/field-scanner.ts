import { type FieldNames, foldHash } from './field-names.ts';
import { COLON, CR, FOLD, HTAB, LF, SP, VALUE } from './octets.ts';

/** Numbers per field in `FieldScanner.fields`: its id, then where its name and value start and end. */
export const FIELD_STRIDE = 5;
export const NAME_START = 1;
export const NAME_END = 2;
export const VALUE_START = 3;
export const VALUE_END = 4;

/** Results of `scan` besides an offset. */
export const SCAN_MORE = 0;
export const SCAN_BAD = -1;
export const SCAN_TOO_MANY = -2;

type State = 'line' | 'name' | 'space' | 'value' | 'line-feed' | 'last-line-feed';

/**
 * Reads field lines up to and with the empty line that ends them (RFC 9112 5), strictly: a token directly followed by
 * `:`, optional white space, a value, CRLF. No folding, no bare CR or LF, no control in a value.
 * It may be stopped after any octet and goes on there, so each octet is looked at once.
 */
export class FieldScanner {
  /** FIELD_STRIDE small integers a field, offsets from `base`. A fresh array after every `reset`. */
  fields: number[] = [];
  readonly #names: FieldNames;
  readonly #room: number;
  #state: State = 'line';
  #at = 0;
  #hash = 0;
  #name = 0;
  #colon = 0;
  #value = 0;

  constructor(names: FieldNames, maxFields: number) {
    this.#names = names;
    this.#room = maxFields * FIELD_STRIDE;
  }

  /** The first field line begins `at` octets after `base`. */
  reset(at: number): void {
    this.fields = [];
    this.#state = 'line';
    this.#at = at;
  }

  /** Scans on to `stop`; the offset past the empty line, SCAN_MORE, SCAN_BAD or SCAN_TOO_MANY. */
  scan(octets: Uint8Array, base: number, stop: number): number {
    let state = this.#state;
    let i = base + this.#at;
    while (i < stop) {
      if (state === 'line') {
        if (octets[i] === CR) {
          state = 'last-line-feed';
          i++;
          continue;
        }
        if (this.fields.length === this.#room) return SCAN_TOO_MANY;
        this.#name = i - base;
        this.#hash = 0;
        state = 'name';
      }
      if (state === 'name') {
        let hash = this.#hash;
        let folded = 0;
        while (i < stop && (folded = FOLD[octets[i]!]!) !== 0) {
          hash = foldHash(hash, folded);
          i++;
        }
        this.#hash = hash;
        if (i === stop) break;
        if (octets[i] !== COLON || i - base === this.#name) return SCAN_BAD;
        this.#colon = i - base;
        state = 'space';
        i++;
      }
      if (state === 'space') {
        while (i < stop && isSpace(octets[i]!)) i++;
        if (i === stop) break;
        this.#value = i - base;
        state = 'value';
      }
      if (state === 'value') {
        while (i < stop && VALUE[octets[i]!] !== 0) i++;
        if (i === stop) break;
        if (octets[i] !== CR) return SCAN_BAD;
        state = 'line-feed';
        i++;
        if (i === stop) break;
      }
      if (octets[i] !== LF) return SCAN_BAD;
      i++;
      if (state === 'last-line-feed') return i;
      this.#record(octets, base, i - 2);
      state = 'line';
    }
    this.#state = state;
    this.#at = i - base;
    return SCAN_MORE;
  }

  #record(octets: Uint8Array, base: number, lineEnd: number): void {
    const nameStart = this.#name;
    const nameEnd = this.#colon;
    let end = lineEnd;
    while (end > base + this.#value && isSpace(octets[end - 1]!)) end--;
    const id = this.#names.find(octets, base + nameStart, base + nameEnd, this.#hash);
    this.fields.push(id, nameStart, nameEnd, this.#value, end - base);
  }
}

function isSpace(octet: number): boolean {
  return octet === SP || octet === HTAB;
}
