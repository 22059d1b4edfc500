import { escapedByte } from './escape.ts';

/**
 * What readers of a path make of it besides its two views, where it holds something that they treat differently: `.`
 * segments, an escaped slash within a `;parameter`, or what means something to software that decodes a path and then parses
 * it as a URL. Thorough rather than quick: hardly a request comes here.
 */
export interface MoreReadings {
  /** Further forms of view A. */
  readonly a: readonly string[];
  /** Further forms of view B. */
  readonly b: readonly string[];
}

/** In view A: a slash, dot or parameter that may come first, a `?` or `#`, and a control or blank at an end. */
const PARSED_ODDLY = /^\/(?:\.(?:\/|;|%)|;|%2F|%3B|%5C)|%3F|%23|%(?:[01].|20)(?:$|;|%3B)/;
const DOT_SEGMENT = /\/\.(?:\/|$)/;
const DOT_DOT_SEGMENT = /\/\.\.(?:\/|$)/;

/**
 * Further readings of a request's path whose views are `a` and `b`; undefined when there are none, null when a `..` segment
 * is in any of them or in a view (answer 400).
 */
export function moreReadings(path: string, a: string, b: string): MoreReadings | undefined | null {
  // Every dot segment of view A is one in view B.
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

/** Parameters dropped before decoding; and, for `parsed`, what URL parsers make of a decoded path. */
function addForms(forms: Set<string>, path: string, parsed: boolean): void {
  const cut = withoutParameters(path);
  const whole = decoded(path);
  const decodedCut = cut === path ? whole : decoded(cut);
  forms.add(merged(slashed(decodedCut)));
  if (!parsed) return;
  // A reader that removes dots first and parses the rest has decoded nothing else.
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
 * A decoded path as URL parsers take it, with `.` segments kept and removed: two slashes at its start come before a host
 * (PHP's parse_url, Python's urlsplit), or any number of them (WHATWG), `?` and `#` end it, and blanks and controls at its
 * end are dropped.
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

/** Every escape is good; one character a byte. */
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

/** RFC 3986 5.2.4, for paths without `..`. */
function withoutDots(path: string): string {
  return path.includes('/.') ? path.replace(/(?:\/\.)+(?:\/|$)/g, '/') : path;
}

function withoutParameters(path: string): string {
  return path.includes(';') ? path.replace(/;[^/]*/g, '') : path;
}

function merged(path: string): string {
  return path.includes('//') ? path.replace(/\/{2,}/g, '/') : path;
}
