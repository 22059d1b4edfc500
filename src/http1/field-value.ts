import { COMMA, isBlank, LOWER } from './octets.ts';

/** The options of `Connection` fields, as bits (RFC 9110 7.6.1). */
const CONNECTION_CLOSE = 1;
const CONNECTION_KEEP_ALIVE = 2;
export const CONNECTION_UPGRADE = 4;
/** The field has another item, which may be the name of a field. */
export const CONNECTION_NAMES = 8;

/** `text[start, end)` equals `lower`, letters in either case. */
export function equals(text: string, start: number, end: number, lower: string): boolean {
  return end - start === lower.length && startsWith(text, start, end, lower);
}

/** `text[start, end)` begins with `lower` (ASCII lower case), letters in either case. */
export function startsWith(text: string, start: number, end: number, lower: string): boolean {
  if (end - start < lower.length) return false;
  for (let at = 0; at < lower.length; at++) {
    const code = text.charCodeAt(start + at);
    const expected = lower.charCodeAt(at);
    if (code !== expected && LOWER[code] !== expected) return false;
  }
  return true;
}

/**
 * Reads decimal digits as a safe integer. Returns -1 for anything else, such as a sign, a list or a blank (RFC 9110
 * 8.6).
 */
export function decimal(text: string, start: number, end: number): number {
  if (end === start || end - start > 16) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : -1;
}

/** True when the comma-separated list has exactly `lower` as one of its items, without weight or parameter. */
export function listHas(text: string, start: number, end: number, lower: string): boolean {
  for (let item = start; item <= end; ) {
    const comma = itemEnd(text, item, end);
    const from = skipSpace(text, item, comma);
    if (equals(text, from, trimSpace(text, from, comma), lower)) return true;
    item = comma + 1;
  }
  return false;
}

/** The CONNECTION_ bits of one `Connection` value. */
export function connectionBits(text: string, start: number, end: number): number {
  let bits = 0;
  for (let item = start; item <= end; ) {
    const comma = itemEnd(text, item, end);
    const from = skipSpace(text, item, comma);
    const to = trimSpace(text, from, comma);
    if (equals(text, from, to, 'keep-alive')) bits |= CONNECTION_KEEP_ALIVE;
    else if (equals(text, from, to, 'close')) bits |= CONNECTION_CLOSE;
    else if (equals(text, from, to, 'upgrade')) bits |= CONNECTION_UPGRADE;
    else if (to > from) bits |= CONNECTION_NAMES;
    item = comma + 1;
  }
  return bits;
}

/**
 * Whether the connection may carry another message (RFC 9112 section 9.3).
 *
 * @param connection the bits of all `Connection` values
 */
export function persists(connection: number, minor: 0 | 1): boolean {
  return (connection & CONNECTION_CLOSE) === 0 && (minor === 1 || (connection & CONNECTION_KEEP_ALIVE) !== 0);
}

/** The items of a comma-separated list in lower case. Only SP and HTAB around them are removed; NBSP is not. */
export function listItems(text: string, start: number, end: number): string[] {
  const items: string[] = [];
  for (let item = start; item <= end; ) {
    const comma = itemEnd(text, item, end);
    const from = skipSpace(text, item, comma);
    items.push(text.slice(from, trimSpace(text, from, comma)).toLowerCase());
    item = comma + 1;
  }
  return items;
}

/** The end of the list item that begins at `start`: the next comma, or `end`. */
export function itemEnd(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && text.charCodeAt(at) !== COMMA) at++;
  return at;
}

export function skipSpace(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(text.charCodeAt(at))) at++;
  return at;
}

export function trimSpace(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(text.charCodeAt(at - 1))) at--;
  return at;
}
