import type { BodyKind } from './body-reader.ts';
import type { RuleOf } from '../boundary/response-rules.ts';
import { FIELD_STRIDE, VALUE_END, VALUE_START } from './field-scanner.ts';
import {
  CONNECTION_NAMES,
  CONNECTION_UPGRADE,
  connectionBits,
  decimal,
  equals,
  itemEnd,
  persists,
  skipSpace,
  startsWith,
  trimSpace,
} from './field-value.ts';
import { offersConnectionLogin } from './login.ts';
import { dropNominated } from './nominated-fields.ts';
import { RESPONSE_FIELD } from './response-fields.ts';
import { isChunked } from './transfer-coding.ts';
import type { ResponseHead } from './response-head.ts';

/** Interprets the fields of a syntactically correct head. Returns null, or the rule that they break. */
export function readResponseFields(head: ResponseHead): RuleOf<'head'> | null {
  const { text, fields } = head;
  let lengths = 0;
  let codings = 0;
  let chunked = false;
  let connection = 0;
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) {
    const id = fields[at]!;
    if (id === RESPONSE_FIELD.other) continue;
    const start = fields[at + VALUE_START]!;
    const end = fields[at + VALUE_END]!;
    if (id === RESPONSE_FIELD.contentLength) {
      lengths++;
      head.contentLength = decimal(text, start, end);
    } else if (id === RESPONSE_FIELD.transferEncoding) {
      codings++;
      chunked = isChunked(text, start, end);
    } else if (id === RESPONSE_FIELD.connection) {
      connection |= connectionBits(text, start, end);
    } else if (id === RESPONSE_FIELD.upgrade) {
      head.upgrade += `${head.upgrade === '' ? '' : ', '}${text.slice(start, end)}`;
    } else {
      readOtherField(head, id, start, end);
    }
  }
  // A 426 names the requested protocols with or without Connection: no connection depends on them.
  if ((connection & CONNECTION_UPGRADE) === 0 && head.status !== 426) head.upgrade = '';
  head.keepAlive = persists(connection, head.minor);
  if ((connection & CONNECTION_NAMES) !== 0) dropNominated(text, fields, RESPONSE_FIELD.connection);
  // HTTP/1.0 has no 1xx. One reader would take it for an interim response, another one for the last response of the
  // connection.
  if (head.status < 200 && head.minor === 0) return 'bad-status-line';
  if (lengths > 0 && codings > 0) return 'length-and-chunked';
  if (lengths > 1 || head.contentLength < 0) return 'bad-length';
  if (codings > 0 && (codings > 1 || !chunked)) return 'bad-coding';
  // Software that sends such a head may have further errors (RFC 9112 6.1 and 9.3): podway accepts this response, and
  // no other one on this connection.
  if (head.loose || head.status > 599 || (chunked && head.minor === 0)) head.keepAlive = false;
  head.framing = chunked ? 'chunked' : lengths === 1 ? 'length' : 'close';
  return null;
}

function readOtherField(head: ResponseHead, id: number, start: number, end: number): void {
  const { text } = head;
  if (id === RESPONSE_FIELD.date) head.hasDate = true;
  else if (id === RESPONSE_FIELD.strictTransport) head.hasHsts = true;
  else if (id === RESPONSE_FIELD.contentType) head.streaming = streamingOf(text, start, end);
  else if (id === RESPONSE_FIELD.keepAlive) readKeepAlive(head, start, end);
  else if (id === RESPONSE_FIELD.websocketAccept) {
    head.hasAccept = true;
    head.accept = text.slice(start, end);
  } else if (id === RESPONSE_FIELD.authenticate) head.login ||= offersConnectionLogin(text, start, end);
  else if (id === RESPONSE_FIELD.accelBuffering) {
    if (equals(text, start, end, 'no')) head.accelBuffering = 'no';
    else if (equals(text, start, end, 'yes')) head.accelBuffering = 'yes';
  }
}

function streamingOf(text: string, start: number, end: number): ResponseHead['streaming'] {
  if (startsWith(text, start, end, 'text/event-stream')) return 'events';
  return startsWith(text, start, end, 'application/grpc') ? 'calls' : '';
}

/**
 * Reads `timeout=5, max=100`. This is not a standard, but Node and Apache send it (draft-thomson-hybi-http-timeout-03).
 */
function readKeepAlive(head: ResponseHead, start: number, end: number): void {
  const { text } = head;
  for (let item = start; item <= end; ) {
    const comma = itemEnd(text, item, end);
    const from = skipSpace(text, item, comma);
    const to = trimSpace(text, from, comma);
    if (startsWith(text, from, to, 'timeout=')) head.keepAliveTimeout = decimal(text, from + 8, to);
    else if (startsWith(text, from, to, 'max=')) head.keepAliveMax = decimal(text, from + 4, to);
    item = comma + 1;
  }
}

/** How the body of a final response to `method` ends (RFC 9112 section 6.3). */
export function bodyKindOf({ status, framing }: ResponseHead, method: string): BodyKind {
  // These have no body, regardless of the fields. Neither has a 205 (RFC 9110 section 15.3.6).
  if (method === 'HEAD' || status === 204 || status === 205 || status === 304) return 'none';
  return framing;
}
