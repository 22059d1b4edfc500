import { escapedByte } from './escape.ts';
import { type MoreReadings, moreReadings } from './path-readings.ts';
import type { RejectionReason } from './rejection.ts';

declare const pathBrand: unique symbol;
/** A path prefix in view A (see `PathViews`). It begins with `/`; a trailing slash is significant. */
export type PathPrefix = string & { readonly [pathBrand]: true };

/**
 * A request's path as different programs read it. All readings must choose the same route (see routing/match.ts). For nearly
 * every path, `a === b` and there are no more readings.
 */
export interface PathViews {
  /** RFC 3986 normal form: escapes of unreserved characters decoded, other escapes in upper case, slashes merged. */
  readonly a: string;
  /**
   * The most lenient reading: all escapes decoded once (one character for each byte), `\` read as `/`, `;params` dropped,
   * slashes merged.
   */
  readonly b: string;
  readonly more: MoreReadings | undefined;
}

const HTAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const PERCENT = 0x25;
const DOT = 0x2e;
const SLASH = 0x2f;
const SEMICOLON = 0x3b;
const BACKSLASH = 0x5c;
const HEX = '0123456789ABCDEF';

/** Characters that are equal in both views: RFC 3986 pchar without `;`. */
const PLAIN = charset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@");
/** Unreserved characters: their escapes are equivalent to the characters (RFC 3986 6.2.2.2). */
const UNRESERVED = charset('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~');
/** Characters that a URI must not contain, although browsers send them: view A escapes them. */
const TOLERATED = charset('"<>[]^`{|}');

/**
 * The views of a request's path. Undefined (answer 400) if it does not begin with `/`, or has a `..` segment in any reading,
 * `%00`, an escaped tab or line end (URL parsers drop them, so `.%0a.` would become `..`), a malformed escape, overlong
 * UTF-8, or a raw space, control, `#`, `?`, backslash or 8-bit byte.
 */
export function pathViews(path: string): PathViews | undefined {
  const length = path.length;
  if (length === 0 || path.charCodeAt(0) !== SLASH) return undefined;
  let previous = SLASH;
  for (let i = 1; i < length; i++) {
    const code = path.charCodeAt(i);
    if (code === SLASH) {
      if (previous === SLASH) return decodedViews(path);
    } else if (code > 0x7f || PLAIN[code] === 0) {
      return decodedViews(path);
    } else if (code === DOT && previous === SLASH && isDotSegment(path, i)) {
      return decodedViews(path);
    }
    previous = code;
  }
  return { a: path, b: path, more: undefined };
}

/**
 * Reads the path of a paths annotation: `/` and segments of RFC 3986 pchar, without inner empty segments and dot segments.
 * `path` and `b` are its two views, so paths of annotations and of requests can be compared.
 */
export function parsePathPrefix(
  text: string,
): { readonly path: PathPrefix; readonly b: string } | { readonly problem: RejectionReason } {
  if (!/^\/(?:[\w\-.~!$&'()*+,;=:@/]|%[\da-f]{2})*$/i.test(text)) return { problem: 'path-malformed' };
  if (text.includes('//')) return { problem: 'path-empty-segment' };
  const views = pathViews(text);
  if (/(?:;|%3b)[^/]*%(?:2f|5c)/i.test(text)) return { problem: 'path-malformed' };
  return views === undefined || hasDotSegment(views.b)
    ? { problem: 'path-dot-segment' }
    : { path: views.a as PathPrefix, b: views.b };
}

function decodedViews(path: string): PathViews | undefined {
  const a = viewA(path);
  if (a === undefined) return undefined;
  const b = viewB(path);
  const more = moreReadings(path, a, b);
  if (more === null) return undefined;
  return { a, b: a === b ? a : b, more };
}

function viewA(path: string): string | undefined {
  const view = Buffer.allocUnsafe(path.length * 3);
  let end = 0;
  let previous = 0;
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code === SLASH && previous === SLASH) continue;
    previous = code;
    if (code === PERCENT) {
      const byte = escapedByte(path, i);
      if (byte <= 0 || byte === HTAB || byte === LF || byte === CR) return undefined;
      if (byte >= 0xc0 && isOverlong(byte, escapedByte(path, i + 3))) return undefined;
      if (isIn(UNRESERVED, byte)) view[end++] = byte;
      else end = writeEscape(view, end, byte);
      i += 2;
    } else if (code === SLASH || code === SEMICOLON || isIn(PLAIN, code)) {
      view[end++] = code;
    } else if (isIn(TOLERATED, code)) {
      end = writeEscape(view, end, code);
    } else {
      return undefined;
    }
  }
  return view.toString('latin1', 0, end);
}

/** View B of a path that has a view A, so all its escapes are well-formed. Parameters are dropped after decoding. */
function viewB(path: string): string {
  const view = Buffer.allocUnsafe(path.length);
  let end = 0;
  let previous = 0;
  let dropping = false;
  for (let i = 0; i < path.length; i++) {
    let code = path.charCodeAt(i);
    if (code === PERCENT) {
      code = escapedByte(path, i);
      i += 2;
    }
    if (code === SLASH || code === BACKSLASH) {
      dropping = false;
      if (previous === SLASH) continue;
      code = SLASH;
    } else if (code === SEMICOLON) {
      dropping = true;
    }
    if (dropping) continue;
    view[end++] = code;
    previous = code;
  }
  return view.toString('latin1', 0, end);
}

function writeEscape(view: Buffer, at: number, byte: number): number {
  view[at] = PERCENT;
  view[at + 1] = HEX.charCodeAt(byte >> 4);
  view[at + 2] = HEX.charCodeAt(byte & 15);
  return at + 3;
}

/**
 * Whether the two bytes begin a UTF-8 sequence that is longer than its character needs. Old decoders accept such sequences
 * for `.` and `/` (RFC 3629 10). Other bytes that are not UTF-8 are accepted: they may be Latin-1.
 */
function isOverlong(first: number, second: number): boolean {
  if (second < 0x80 || second > 0xbf) return false;
  return (
    first === 0xc0 ||
    first === 0xc1 ||
    (first === 0xe0 && second < 0xa0) ||
    (first === 0xf0 && second < 0x90) ||
    (first === 0xf8 && second < 0x88) ||
    (first === 0xfc && second < 0x84)
  );
}

function hasDotSegment(path: string): boolean {
  for (let at = path.indexOf('/.'); at >= 0; at = path.indexOf('/.', at + 1)) {
    if (isDotSegment(path, at + 1)) return true;
  }
  return false;
}

/** Whether the segment that begins with the dot at `at` is `.` or `..`. */
function isDotSegment(path: string, at: number): boolean {
  const end = path.charCodeAt(at + 1) === DOT ? at + 2 : at + 1;
  return end === path.length || path.charCodeAt(end) === SLASH;
}

function charset(characters: string): Uint8Array {
  const set = new Uint8Array(128);
  for (const it of characters) set[it.charCodeAt(0)] = 1;
  return set;
}

function isIn(set: Uint8Array, code: number): boolean {
  return code < 128 && set[code] === 1;
}
