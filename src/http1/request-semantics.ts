import type { HeadReason } from '../boundary/reasons.ts';
import { FIELD_STRIDE, VALUE_END, VALUE_START } from './field-scanner.ts';
import {
  CONNECTION_NAMES,
  CONNECTION_UPGRADE,
  connectionBits,
  decimal,
  listHas,
  listItems,
  persists,
} from './field-value.ts';
import { isConnectionLogin } from './login.ts';
import { dropNominated } from './nominated-fields.ts';
import { REQUEST_FIELD } from './request-fields.ts';
import type { RequestHead } from './request-head.ts';
import { isChunked, isCodingList } from './transfer-coding.ts';

/**
 * Interprets the fields of a syntactically correct head. Returns null, or the reason for which the request must be
 * refused.
 */
export function readRequestFields(head: RequestHead): HeadReason | null {
  const { text, fields } = head;
  let error: HeadReason | null = null;
  let hosts = 0;
  let lengths = 0;
  let codings = 0;
  let connection = 0;
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) {
    const id = fields[at]!;
    if (id === REQUEST_FIELD.other) continue;
    const start = fields[at + VALUE_START]!;
    const end = fields[at + VALUE_END]!;
    if (id === REQUEST_FIELD.host) {
      hosts++;
      head.host = text.slice(start, end);
    } else if (id === REQUEST_FIELD.contentLength) {
      lengths++;
      head.contentLength = decimal(text, start, end);
    } else if (id === REQUEST_FIELD.transferEncoding) {
      codings++;
      error ??= codingError(text, start, end);
    } else if (id === REQUEST_FIELD.connection) {
      connection |= connectionBits(text, start, end);
    } else if (id === REQUEST_FIELD.upgrade) {
      head.upgrade = joined(head.upgrade, text.slice(start, end));
    } else if (id === REQUEST_FIELD.expect) {
      head.expect = expectation(head.expect, text, start, end);
    } else {
      readOtherField(head, id, start, end);
    }
  }
  head.hasHost = hosts === 1;
  if (hosts === 0 && head.minor === 0 && head.form === 'absolute') {
    head.host = head.authority;
    head.hasHost = true;
    head.madeLines = `Host: ${head.host}\r\n`;
  }
  if ((connection & CONNECTION_UPGRADE) === 0 || head.minor === 0) head.upgrade = '';
  head.keepAlive = persists(connection, head.minor);
  if (head.minor === 0) head.expect = 'none';
  if (hosts > 1) return 'two-hosts';
  if (hosts === 0 && head.minor === 1) return 'no-host';
  if (lengths + codings > 0) error = framingError(head, lengths, codings, error);
  if (error === null && (connection & CONNECTION_NAMES) !== 0)
    dropNominated(text, fields, REQUEST_FIELD.connection);
  return error;
}

function readOtherField(head: RequestHead, id: number, start: number, end: number): void {
  const { text } = head;
  if (id === REQUEST_FIELD.key) {
    if (head.keyLines++ === 0) head.key = text.slice(start, end);
  } else if (id === REQUEST_FIELD.authorization) {
    head.login ||= isConnectionLogin(text, start, end);
  } else if (id === REQUEST_FIELD.te) {
    head.trailers ||= listHas(text, start, end, 'trailers');
  } else if (id === REQUEST_FIELD.websocketKey) {
    head.websocketKeys++;
  } else if (id === REQUEST_FIELD.forwardedFor) {
    head.forwardedFor = joined(head.forwardedFor, text.slice(start, end));
  } else if (id === REQUEST_FIELD.forwardedProto) {
    head.forwardedProto ||= text.slice(start, end);
  } else if (id === REQUEST_FIELD.forwardedHost) {
    head.forwardedHost ||= text.slice(start, end);
  } else if (id === REQUEST_FIELD.forwardedPort) {
    head.forwardedPort ||= text.slice(start, end);
  } else if (id === REQUEST_FIELD.requestId) {
    head.requestId ||= text.slice(start, end);
  } else if (id === REQUEST_FIELD.hops) {
    head.hops = joined(head.hops, text.slice(start, end));
  }
}

/**
 * Reads a list (RFC 9110 10.1.1). Empty items and repetitions have no effect; podway cannot meet any expectation except
 * `100-continue`.
 */
function expectation(
  before: RequestHead['expect'],
  text: string,
  start: number,
  end: number,
): RequestHead['expect'] {
  const items = listItems(text, start, end).filter((it) => it !== '');
  if (items.length === 0) return before;
  return before !== 'other' && items.every((it) => it === '100-continue') ? 'continue' : 'other';
}

/** Joins the lines of one field into one value (RFC 9110 5.3). */
function joined(before: string, value: string): string {
  return before === '' ? value : `${before}, ${value}`;
}

/**
 * Allows exactly one way to find the end of the body (RFC 9112 6.1, 6.3): one Content-Length of digits, or one
 * Transfer-Encoding of exactly `chunked` in HTTP/1.1. Refuses everything else, because software could read it in two
 * ways. Sets `framing`.
 */
function framingError(
  head: RequestHead,
  lengths: number,
  codings: number,
  coding: HeadReason | null,
): HeadReason | null {
  if (lengths > 0 && codings > 0) return 'length-and-chunked';
  if (lengths > 1 || head.contentLength < 0) return 'bad-length';
  if (lengths === 1) {
    head.framing = 'length';
    return null;
  }
  if (codings > 1 || head.minor === 0) return 'bad-coding';
  head.framing = 'chunked';
  return coding;
}

function codingError(text: string, start: number, end: number): HeadReason | null {
  if (isChunked(text, start, end)) return null;
  return isCodingList(text, start, end) ? 'unknown-coding' : 'bad-coding';
}
