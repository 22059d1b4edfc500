import { idMask, keptLines, rewrittenLines } from './canonical-lines.ts';
import { flatten } from './flat-text.ts';
import { RESPONSE_FIELD } from './response-fields.ts';
import type { ResponseFraming } from './response-framing.ts';
import type { ResponseHead } from './response-head.ts';

const { other, websocketAccept, contentType, date, trailer, authenticate, strictTransport } = RESPONSE_FIELD;
/** The fields that reach clients of every protocol. */
export const END_TO_END = idMask(other, contentType, date, authenticate, strictTransport);
const KEPT = END_TO_END | idMask(websocketAccept);
const KEPT_WITH_TRAILERS = KEPT | idMask(trailer);

/**
 * The head for the client, as latin1 with its final empty line: always HTTP/1.1 (RFC 9112 2.3), with the end-to-end
 * fields of the pod in their order and case, then the framing and the Connection of this hop.
 */
export function writeResponseHead(head: ResponseHead, framing: ResponseFraming): string {
  const { written } = head;
  if (written !== undefined && isSameFraming(written.framing, framing)) return written.text;
  if (!head.repeated) return responseHead(head, framing);
  const text = flatten(responseHead(head, framing));
  head.written = { framing, text };
  return text;
}

function isSameFraming(a: ResponseFraming, b: ResponseFraming): boolean {
  return (
    a.body === b.body &&
    a.connection === b.connection &&
    a.minor === b.minor &&
    a.trailers === b.trailers &&
    a.date === b.date &&
    a.upgrade === b.upgrade &&
    a.hsts === b.hsts
  );
}

function responseHead(head: ResponseHead, framing: ResponseFraming): string {
  const kept = framing.trailers && framing.body === 'chunked' ? KEPT_WITH_TRAILERS : KEPT;
  const added = framingLine(head, framing) + hopLines(framing) + hstsLine(head, framing);
  const dateLine = head.hasDate || head.status < 200 ? '' : `Date: ${framing.date}\r\n`;
  const edited = head.edits === undefined ? '' : head.edits.lines;
  return `${startAndFields(head, kept)}${edited}${dateLine}${added}\r\n`;
}

/** An interim response (1xx except 101): it has no framing and no fields of this hop (RFC 9110 15.2). */
export function writeInterimHead(head: ResponseHead): string {
  return `${startAndFields(head, KEPT)}\r\n`;
}

/** The pod's 101, which switches to that protocol. */
export function writeSwitchHead(head: ResponseHead, protocol: string): string {
  return `${startAndFields(head, KEPT)}${head.edits?.lines ?? ''}Connection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`;
}

/** Copies the received status line together with the fields if it is canonical. */
function startAndFields(head: ResponseHead, kept: number): string {
  const canonical = head.minor === 1 && head.reason !== '' && !head.loose;
  const dropped = head.edits?.dropped;
  if (canonical) return keptLines(head, kept, 0, dropped);
  if (head.loose) return `HTTP/1.1 ${head.status} ${head.reason}\r\n${rewrittenLines(head, kept, dropped)}`;
  return `HTTP/1.1 ${head.status} ${head.reason}\r\n${keptLines(head, kept, head.fieldsStart, dropped)}`;
}

/**
 * 1xx and 204 must not have a length, and 205 has length 0. HEAD and 304 have the length of the omitted body (RFC 9110
 * 8.6).
 */
function framingLine(head: ResponseHead, framing: ResponseFraming): string {
  if (framing.body === 'chunked') return 'Transfer-Encoding: chunked\r\n';
  if (framing.body === 'length') return `Content-Length: ${head.contentLength}\r\n`;
  if (framing.body === 'close' || head.status === 204 || head.status < 200) return '';
  if (head.status === 205) return 'Content-Length: 0\r\n';
  return head.framing === 'length' ? `Content-Length: ${head.contentLength}\r\n` : '';
}

function hstsLine(head: ResponseHead, { hsts }: ResponseFraming): string {
  return hsts === '' || head.hasHsts ? '' : `Strict-Transport-Security: ${hsts}\r\n`;
}

/** Upgrade is for one hop, so Connection must name it (RFC 9110 7.8). HTTP/1.0 does not have it. */
function hopLines({ connection, minor, upgrade }: ResponseFraming): string {
  if (upgrade === '' || minor === 0) return connectionLine(connection, minor);
  const close = connection === 'close' ? 'close, ' : '';
  return `Connection: ${close}Upgrade\r\nUpgrade: ${upgrade}\r\n`;
}

/** In HTTP/1.1 a connection is persistent by default; HTTP/1.0 needs a field for it. */
export function connectionLine(connection: 'keep-alive' | 'close', minor: 0 | 1): string {
  if (connection === 'close') return 'Connection: close\r\n';
  return minor === 0 ? 'Connection: keep-alive\r\n' : '';
}
