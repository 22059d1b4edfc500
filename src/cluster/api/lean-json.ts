const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;

/** Names of fields, which it compares by their bytes. */
export class FieldNames {
  /** Names by their number of bytes. */
  readonly #names: (readonly Buffer[] | undefined)[] = [];

  constructor(names: readonly string[]) {
    for (const name of names.map((it) => Buffer.from(it)))
      this.#names[name.length] = [...(this.#names[name.length] ?? []), name];
  }

  has(bytes: Buffer, from: number, to: number): boolean {
    const names = this.#names[to - from];
    if (names === undefined) return false;
    for (const name of names) if (equalsAt(name, bytes, from)) return true;
    return false;
  }
}

/** Whether the bytes from `from` on are the name. */
function equalsAt(name: Buffer, bytes: Buffer, from: number): boolean {
  for (let at = 0; at < name.length; at += 1) if (name[at] !== bytes[from + at]) return false;
  return true;
}

/**
 * The text of a JSON value without what podway never reads: if a field has one of the names and its value is an object
 * or a list, the value becomes 0. To parse most of a Pod costs ten times as much as to skip it, and so does the garbage
 * collection afterwards.
 *
 * Quotes within strings are escaped, so what looks like a name and a colon is a name and a colon. Text that is not JSON
 * does not become JSON, unless the error is in the part that is left out.
 */
export function leanText(bytes: Buffer, { from, to }: Range, unread: FieldNames | undefined): string {
  let text = '';
  let kept = from;
  let at = unread === undefined ? to : from;
  while (at < to) {
    if (bytes[at] !== QUOTE) {
      at += 1;
      continue;
    }
    const name = at + 1;
    at = endOfString(bytes, at, to);
    if (bytes[at] !== COLON || !opens(bytes[at + 1]) || unread?.has(bytes, name, at - 1) !== true) continue;
    text += `${bytes.toString('utf8', kept, at + 1)}0`;
    kept = at = endOfNested(bytes, at + 1, to);
  }
  return text + bytes.toString('utf8', kept, to);
}

/** `bytes[from, to)` */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A list of the API in pieces, to be parsed one by one. */
export interface ListPieces {
  /** The list without its items. */
  readonly envelope: string;
  readonly items: readonly Range[];
}

/**
 * Finds the items of `{…, "items": […], …}`. Yields after each item; returns undefined for text of another form, which
 * may still be JSON.
 */
export function* piecesOfList(bytes: Buffer): Generator<void, ListPieces | undefined> {
  const opening = beginningOfItems(bytes);
  if (opening === undefined) return undefined;
  const items: Range[] = [];
  let at = opening + 1;
  while (bytes[at] !== CLOSING_BRACKET) {
    if (bytes[at] !== OPENING_BRACE) return undefined;
    const to = endOfNested(bytes, at, bytes.length);
    items.push({ from: at, to });
    at = bytes[to] === COMMA && bytes[to + 1] === OPENING_BRACE ? to + 1 : to;
    if (at === to && bytes[at] !== CLOSING_BRACKET) return undefined;
    yield;
  }
  return { envelope: bytes.toString('utf8', 0, opening + 1) + bytes.toString('utf8', at), items };
}

/** Position of the list with that name in the outermost object, as API servers write it: without white space. */
function beginningOfItems(bytes: Buffer): number | undefined {
  let at = bytes[0] === OPENING_BRACE ? 1 : bytes.length;
  while (at < bytes.length) {
    if (opens(bytes[at])) {
      at = endOfNested(bytes, at, bytes.length);
      continue;
    }
    if (bytes[at] !== QUOTE) {
      at += 1;
      continue;
    }
    const name = at + 1;
    at = endOfString(bytes, at, bytes.length);
    if (bytes[at] === COLON && bytes[at + 1] === OPENING_BRACKET && ITEMS.has(bytes, name, at - 1))
      return at + 1;
  }
  return undefined;
}

const ITEMS = new FieldNames(['items']);

function opens(byte: number | undefined): boolean {
  return byte === OPENING_BRACE || byte === OPENING_BRACKET;
}

/** Position after the quote that ends the string whose first quote is at `from`; `to` if there is none. */
function endOfString(bytes: Buffer, from: number, to: number): number {
  for (let at = from + 1; at < to; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at += 1;
  }
  return to;
}

/** Position after the bracket that ends the object or list that begins at `from`; `to` if there is none. */
function endOfNested(bytes: Buffer, from: number, to: number): number {
  let depth = 0;
  let at = from;
  while (at < to) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at, to);
      continue;
    }
    at += 1;
    if (byte === OPENING_BRACE || byte === OPENING_BRACKET) depth += 1;
    else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return to;
}
