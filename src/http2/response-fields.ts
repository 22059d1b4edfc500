import type { BodyKind } from '../http1/body-reader.ts';
import { idMask, isDropped } from '../http1/canonical-lines.ts';
import { FIELD_STRIDE, NAME_END, NAME_START, VALUE_END, VALUE_START } from '../http1/field-scanner.ts';
import { RESPONSE_FIELD } from '../http1/response-fields.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import { END_TO_END } from '../http1/response-writer.ts';

const WITH_TRAILERS = END_TO_END | idMask(RESPONSE_FIELD.trailer);

/** Fields that belong to one connection (RFC 9113 section 8.2.2), in addition to those that the parser marks. */
const NOT_PASSED = new Set(['te', 'http2-settings']);

/** Maximum valid status: a client must treat a higher one as 500 (RFC 9110 section 15). */
const MAX_STATUS = 599;

/** Fields that podway adds to a pod's response. */
export interface AddedFields {
  /** The value of Date (an HTTP-date) for a response without one. */
  readonly date: string;
  /** The value of Strict-Transport-Security for a response without one; '' for none. */
  readonly hsts: string;
}

/**
 * The fields of a pod's final response for a client of HTTP/2: names and values in turn, `:status` first, names in lower case (RFC
 * 9113 section 8.2), without the fields of the pod's connection.
 */
export function responseFields(head: ResponseHead, body: BodyKind, { date, hsts }: AddedFields): string[] {
  const status = head.status > MAX_STATUS ? 500 : head.status;
  const out = [':status', String(status)];
  addKept(out, head, body === 'chunked' ? WITH_TRAILERS : END_TO_END);
  if (head.edits !== undefined) out.push(...fieldsOfLines(head.edits.lines));
  if (!head.hasDate) out.push('date', date);
  if (hsts !== '' && !head.hasHsts) out.push('strict-transport-security', hsts);
  const length = lengthOf(head, body);
  if (length >= 0) out.push('content-length', String(length));
  return out;
}

/** The fields of an interim response, or of a 101 without the protocol switch: with this `status`, and without framing. */
export function fieldsWithStatus(head: ResponseHead, status: number): string[] {
  const out = [':status', String(status)];
  addKept(out, head, END_TO_END);
  if (head.edits !== undefined) out.push(...fieldsOfLines(head.edits.lines));
  return out;
}

/** Canonical field lines as names and values in turn. */
export function fieldsOfLines(lines: string): string[] {
  const out: string[] = [];
  for (const line of lines.split('\r\n')) {
    const colon = line.indexOf(': ');
    const name = line.slice(0, colon).toLowerCase();
    if (colon > 0 && !NOT_PASSED.has(name)) out.push(name, line.slice(colon + 2));
  }
  return out;
}

function addKept(out: string[], head: ResponseHead, kept: number): void {
  const { text, fields, edits } = head;
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) {
    if ((kept & (1 << fields[at]!)) === 0 || isDropped(head, at, edits?.dropped)) continue;
    const name = text.slice(fields[at + NAME_START], fields[at + NAME_END]).toLowerCase();
    if (!NOT_PASSED.has(name)) out.push(name, text.slice(fields[at + VALUE_START], fields[at + VALUE_END]));
  }
}

/** The Content-Length; -1: none. As for HTTP/1.1 (RFC 9110 section 8.6): none for 204; for HEAD and 304 that of the omitted body. */
function lengthOf({ status, framing, contentLength }: ResponseHead, body: BodyKind): number {
  if (body === 'length') return contentLength;
  if (body !== 'none' || status === 204) return -1;
  if (status === 205) return 0;
  return framing === 'length' ? contentLength : -1;
}
