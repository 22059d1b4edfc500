import { equals, listItems } from './field-value.ts';
import { CR, LF, LOWER, SP } from './octets.ts';

/**
 * True when the value `text[start, end)` is exactly `chunked`, also for parsers that count a tab after it as a part of
 * it.
 */
export function isChunked(text: string, start: number, end: number): boolean {
  if (!equals(text, start, end, 'chunked')) return false;
  let next = end;
  while (text.charCodeAt(next) === SP) next++;
  const last = text.charCodeAt(next);
  return last === CR || last === LF;
}

/**
 * True for well-formed codings that podway does not support, with `chunked` only as the last one (RFC 9112 6.1): podway
 * answers 501. Empty items, a repeated or misplaced `chunked`, and items that are not tokens are attacks and not
 * codings.
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
