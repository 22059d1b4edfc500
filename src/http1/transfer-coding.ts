import { equals, listItems } from './field-value.ts';
import { CR, LF, LOWER, SP } from './octets.ts';

/** The value `text[start, end)` is exactly `chunked`, and so it is for parsers that take a tab behind it for a part of it. */
export function isChunked(text: string, start: number, end: number): boolean {
  if (!equals(text, start, end, 'chunked')) return false;
  let next = end;
  while (text.charCodeAt(next) === SP) next++;
  const last = text.charCodeAt(next);
  return last === CR || last === LF;
}

/**
 * Well-formed codings that we do not speak, with `chunked` nowhere but last (RFC 9112 6.1): worth a 501. Empty items, a
 * second or misplaced `chunked` and anything that is no token are tricks, not codings.
 */
export function isCodingList(text: string, start: number, end: number): boolean {
  const codings = listItems(text, start, end);
  const last = codings.length - 1;
  return codings.every((coding, at) => isToken(coding) && (coding !== 'chunked' || at === last));
}

function isToken(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 255 || LOWER[code] === 0) return false;
  }
  return text.length > 0;
}
