import type { HeadReason } from '../boundary/reasons.ts';
import { startsWith } from './field-value.ts';
import { ASTERISK, SLASH } from './octets.ts';
import type { RequestHead } from './request-head.ts';

/**
 * Determines the form of the target (RFC 9112 3.2) and splits it: `text[start, end)`, with its first `?` at
 * `queryStart` (`end` without one). Escapes stay as they are; wiring/path.ts interprets the path. Several slashes at
 * its start become one, because URL parsers read a host after two (`new URL(req.url, base)`, PHP's parse_url).
 */
export function readTarget(
  head: RequestHead,
  start: number,
  queryStart: number,
  end: number,
): HeadReason | null {
  const { text } = head;
  head.target = text.slice(start, end);
  if (head.method === 'CONNECT') {
    head.form = 'authority';
    return null;
  }
  const first = text.charCodeAt(start);
  if (first === SLASH) {
    head.path = text.slice(start, queryStart);
    head.query = queryStart === end ? '' : text.slice(queryStart, end);
    if (head.path.charCodeAt(1) === SLASH) mergeFirstSlashes(head);
    return null;
  }
  if (first === ASTERISK) {
    head.form = 'asterisk';
    head.path = '*';
    return end - start === 1 && head.method === 'OPTIONS' ? null : 'bad-target';
  }
  return readAbsoluteTarget(head, start, queryStart, end);
}

/**
 * Host and port in the syntax of RFC 3986 3.2, without user information (RFC 9110 4.2.4). The caller checks the host.
 */
const AUTHORITY = /^[\w.~!$&'()*+,;=:[\]%-]+$/;

/**
 * Reads `http://authority[/path][?query]`, or the same with `https://`. The caller checks whether this client may send
 * `https://` (RFC 9110 7.4).
 */
function readAbsoluteTarget(
  head: RequestHead,
  start: number,
  queryStart: number,
  end: number,
): HeadReason | null {
  const { text } = head;
  head.secure = startsWith(text, start, end, 'https://');
  if (!head.secure && !startsWith(text, start, end, 'http://')) return 'bad-target';
  const authorityStart = start + (head.secure ? 'https://' : 'http://').length;
  const slash = text.indexOf('/', authorityStart);
  const pathStart = slash === -1 || slash > queryStart ? queryStart : slash;
  head.authority = text.slice(authorityStart, pathStart);
  if (!AUTHORITY.test(head.authority)) return 'bad-target';
  head.form = 'absolute';
  head.path = pathStart === queryStart ? '/' : text.slice(pathStart, queryStart);
  head.query = text.slice(queryStart, end);
  if (head.path.charCodeAt(1) === SLASH) mergeFirstSlashes(head);
  return null;
}

function mergeFirstSlashes(head: RequestHead): void {
  head.path = head.path.replace(/^\/+/, '/');
  head.retargeted = true;
}

/** Percent-encodes 8-bit octets: clients that send UTF-8 unescaped mean the same as its escapes (RFC 3987 3.1). */
export function escapeTarget(head: RequestHead): void {
  head.target = escaped(head.target);
  head.path = escaped(head.path);
  head.query = escaped(head.query);
  head.retargeted = true;
}

/** The text is latin1, one character for each octet. */
function escaped(text: string): string {
  return text.replace(/[\x80-\xff]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`);
}
