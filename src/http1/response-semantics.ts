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

/** Gives the fields of a syntactically right head their meaning; null, or the rule that they break. */
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
  // A 426 says what is asked for whether or not Connection names it: no connection depends on it.
  if ((connection & CONNECTION_UPGRADE) === 0 && head.status !== 426) head.upgrade = '';
  head.keepAlive = persists(connection, head.minor);
  if ((connection & CONNECTION_NAMES) !== 0) dropNominated(text, fields, RESPONSE_FIELD.connection);
  // HTTP/1.0 has no 1xx: one reader takes it for an interim response, another for the last of the connection.
  if (head.status < 200 && head.minor === 0) return 'bad-status-line';
  if (lengths > 0 && codings > 0) return 'length-and-chunked';
  if (lengths > 1 || head.contentLength < 0) return 'bad-length';
  if (codings > 0 && (codings > 1 || !chunked)) return 'bad-coding';
  // Who writes that has surprises in store (RFC 9112 6.1 and 9.3): its answer is taken, and nothing behind it.
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

/** `timeout=5, max=100`: never a standard, but what Node and Apache send (draft-thomson-hybi-http-timeout-03). */
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
  // No body, regardless of the fields; a 205 has none either (RFC 9110 section 15.3.6).
  if (method === 'HEAD' || status === 204 || status === 205 || status === 304) return 'none';
  return framing;
}
