import { REASONS } from '../../src/boundary/reasons.ts';
import type { RequestHead } from '../../src/http1/request-head.ts';
import { FIELD_STRIDE, NAME_END, NAME_START, VALUE_END, VALUE_START } from '../../src/http1/field-scanner.ts';
import { requestFieldNames } from '../../src/http1/request-fields.ts';
import { RequestParser, type RequestReading } from '../../src/http1/request-parser.ts';

export const LIMITS = { line: 8_192, head: 32_768, fields: 100 };
const LIMIT_OFFSETS = [8_192, 32_768, 65_536];
export const KEY_HEADER = 'x-routing-api-key';
/** The options with which podway reads requests of clients. */
export const READING: RequestReading = {
  limits: LIMITS,
  names: requestFieldNames(KEY_HEADER),
  secureTargets: false,
  decomposes: undefined,
};

export type RequestOutcome =
  | { readonly kind: 'head'; readonly end: number; readonly head: RequestHead }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string }
  | { readonly kind: 'more' };

/**
 * Feeds latin1 `text`, split after each offset in `cuts`, as a connection does: each time in a longer buffer at another place. `drop`:
 * empty lines before the head are dropped. The bytes before and after the fed bytes must not be read.
 */
export function readRequest(
  text: string,
  cuts: readonly number[] = [],
  drop = true,
  reading = READING,
): RequestOutcome {
  const parser = new RequestParser(reading);
  let dropped = 0;
  for (const cut of [...cuts, text.length]) {
    const start = cut % 3;
    const bytes = Buffer.from(`${'@'.repeat(start)}${text.slice(dropped, cut)}@@@@`, 'latin1');
    const end = bytes.length - 4;
    const result = parser.parse(bytes, start, end);
    if (result === 0) {
      if (drop) dropped += parser.skipped;
    } else if (result < 0)
      return { kind: 'refused', reason: parser.error, status: REASONS[parser.error].status };
    else return { kind: 'head', end: result - start + dropped, head: parser.head };
  }
  return { kind: 'more' };
}

/** The offsets 1, 2, 3 and so on. In long texts every offset only around the limits of a head, and every 100 bytes elsewhere. */
export function everyByte(text: string): number[] {
  const all = Array.from({ length: text.length }, (_, at) => at + 1);
  if (text.length <= 2_000) return all;
  return all.filter((at) => at % 97 === 0 || LIMIT_OFFSETS.some((limit) => Math.abs(at - limit) < 5));
}

/** Name and value of every field line, as the parser found them. */
export function fieldsOf(head: {
  readonly text: string;
  readonly fields: readonly number[];
}): [string, string][] {
  const { text, fields } = head;
  const found: [string, string][] = [];
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) {
    found.push([
      text.slice(fields[at + NAME_START], fields[at + NAME_END]),
      text.slice(fields[at + VALUE_START], fields[at + VALUE_END]),
    ]);
  }
  return found;
}
