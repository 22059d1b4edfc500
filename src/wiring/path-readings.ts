import { escapedByte } from './escape.ts';

/**
 * Further interpretations of a path, besides its two views. A path has them if it contains something that programs interpret
 * differently: `.` segments, an escaped slash within a `;parameter`, or characters with a meaning for programs that decode a
 * path and then parse it as a URL. The code is slow and thorough, because very few requests have such a path.
 */
export interface MoreReadings {
  /** Further forms of view A. */
  readonly a: readonly string[];
  /** Further forms of view B. */
  readonly b: readonly string[];
}

/** In view A: a slash, dot or parameter that may come first after decoding; a `?` or `#`; a control or space at an end. */
const PARSED_ODDLY = /^\/(?:\.(?:\/|;|%)|;|%2F|%3B|%5C)|%3F|%23|%(?:[01].|20)(?:$|;|%3B)/;
const DOT_SEGMENT = /\/\.(?:\/|$)/;
const DOT_DOT_SEGMENT = /\/\.\.(?:\/|$)/;

/**
 * Further readings of a request's path whose views are `a` and `b`. Undefined: there are none. Null: a reading or a view has
 * a `..` segment (answer 400).
 */
export function moreReadings(path: string, a: string, b: string): MoreReadings | undefined | null {
  // Every dot segment of view A is also a dot segment of view B.
  if (DOT_DOT_SEGMENT.test(b)) return null;
  const parameters = a.includes(';') || a.includes('%3B');
  const parsedOddly = PARSED_ODDLY.test(a);
  if (!parameters && !parsedOddly && !DOT_SEGMENT.test(b)) return undefined;
  const forms = new Set<string>();
  if (parameters || parsedOddly) addForms(forms, path, parsedOddly);
  forms.add(b);
  for (const form of forms) {
    if (DOT_DOT_SEGMENT.test(form)) return null;
    forms.add(merged(withoutDots(form)));
  }
  forms.delete(b);
  const moreA = merged(withoutDots(a));
  if (moreA === a) return forms.size === 0 ? undefined : { a: [], b: [...forms] };
  return { a: [moreA], b: [...forms] };
}

/** Adds the form whose parameters are dropped before decoding and, if `parsed`, the forms that URL parsers read. */
function addForms(forms: Set<string>, path: string, parsed: boolean): void {
  const cut = withoutParameters(path);
  const whole = decoded(path);
  const decodedCut = cut === path ? whole : decoded(cut);
  forms.add(merged(slashed(decodedCut)));
  if (!parsed) return;
  // Some programs resolve dot segments first, for which they decode only `%2e`, and then parse the path as a URL.
  for (const text of new Set([path, cut]))
    for (const it of parsedAsUrl(text.replace(/%2e/gi, '.')))
      forms.add(merged(slashed(decoded(withoutParameters(it)))));
  const texts = new Set([whole, withoutParameters(whole), decodedCut]);
  for (const text of texts) {
    texts.add(slashed(text));
    for (const it of parsedAsUrl(text)) forms.add(merged(slashed(withoutParameters(it))));
  }
}

/**
 * A decoded path as URL parsers read it, with `.` segments kept and with them removed. They read a host after two slashes at
 * the start (PHP's parse_url, Python's urlsplit) or after two or more (WHATWG), end the path at `?` and `#`, and drop spaces
 * and controls at its end.
 */
function parsedAsUrl(text: string): Set<string> {
  const trimmed = withoutEnd(text);
  const paths = new Set<string>();
  for (const form of new Set([trimmed, withoutDots(trimmed)])) {
    const isReference = form.startsWith('//');
    paths.add(pathPart(isReference ? form.replace(/^\/\/[^/?#]*/, '') : form));
    if (isReference) paths.add(pathPart(form.replace(/^\/+[^/?#]*/, '')));
  }
  return paths;
}

function pathPart(text: string): string {
  const end = text.search(/[?#]/);
  const path = end < 0 ? text : text.slice(0, end);
  return path.startsWith('/') ? path : `/${path}`;
}

function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 1 && text.charCodeAt(end - 1) <= 0x20) end--;
  return text.slice(0, end);
}

/** The path with all escapes decoded, as one character for each byte. All escapes must be well-formed. */
function decoded(path: string): string {
  const bytes = Buffer.allocUnsafe(path.length);
  let end = 0;
  for (let at = 0; at < path.length; at++) {
    let code = path.charCodeAt(at);
    if (code === 0x25) {
      code = escapedByte(path, at);
      at += 2;
    }
    bytes[end++] = code;
  }
  return bytes.toString('latin1', 0, end);
}

function slashed(path: string): string {
  return path.includes('\\') ? path.replaceAll('\\', '/') : path;
}

/** Removes `.` segments (RFC 3986 5.2.4) from a path without `..` segments. */
function withoutDots(path: string): string {
  return path.includes('/.') ? path.replace(/(?:\/\.)+(?:\/|$)/g, '/') : path;
}

function withoutParameters(path: string): string {
  return path.includes(';') ? path.replace(/;[^/]*/g, '') : path;
}

function merged(path: string): string {
  return path.includes('//') ? path.replace(/\/{2,}/g, '/') : path;
}
