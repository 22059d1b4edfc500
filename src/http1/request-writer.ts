import { idMask, keptLines } from './canonical-lines.ts';
import type { ForwardedLines } from './forwarded-lines.ts';
import { prefixBefore } from './forwarded-prefix.ts';
import type { FoldedNames } from './folded-names.ts';
import { flatten } from './flat-text.ts';
import type { HeadEdits, RequestEdits } from './head-edits.ts';
import { PASSED_FIELDS, REQUEST_FIELD } from './request-fields.ts';
import type { RequestHead } from './request-head.ts';

/** What podway sends to a pod in addition to the client's fields. */
export interface Outgoing {
  readonly forwarded: ForwardedLines;
  /**
   * Always written, regardless of what the client sent. The caller decides whether to use the id of a trusted peer
   * (`head.requestId`).
   */
  readonly requestId: string;
  /** This hop, for X-Podway-Hops. */
  readonly hop: string;
  readonly forwardKey: boolean;
  /** The protocol to request, in which the connection becomes a tunnel; '' for HTTP. */
  readonly upgrade: string;
  /** Edits of a service that has allowed the request: fields that only podway may set. */
  readonly auth: HeadEdits | undefined;
  /** The path of the route that took the request. */
  readonly route: string;
  /** The fields with which the pod continues the trace; undefined when podway does not trace. */
  readonly trace: TraceLines | undefined;
}

/** The fields that carry a trace to a pod. */
export interface TraceLines {
  /** Field lines, each with its CRLF. They are the same during one attempt. */
  readonly lines: string;
}

const { host, key } = REQUEST_FIELD;
const { forwardedProto, forwardedHost, forwardedPort, forwarded: forwardedField, baggage } = REQUEST_FIELD;
const KEY = idMask(key);
const HOST_ID = idMask(host);

/**
 * The head for the pod, as latin1 with its final empty line: an origin-form HTTP/1.1 request line with the path and
 * query of the target, the end-to-end fields in their order and case, then framing and the fields that podway sets.
 * podway never copies a field line that is not exactly `Name: value`; it writes it again.
 *
 * @param connection `close`: the pod is requested to close the connection after its response
 * @param edits changes that the options of the pod request
 */
export function writeRequestHead(
  head: RequestHead,
  outgoing: Outgoing,
  connection: 'keep-alive' | 'close',
  edits?: RequestEdits,
): string {
  const { trace, requestId } = outgoing;
  const lines = head.repeated
    ? writtenLines(head, outgoing, connection, edits)
    : allLines(head, outgoing, connection, edits);
  return `${lines}${trace === undefined ? '' : trace.lines}X-Request-Id: ${requestId}\r\n\r\n`;
}

/** The lines of an earlier request with this head, if everything that they depend on is the same. */
function writtenLines(
  head: RequestHead,
  outgoing: Outgoing,
  connection: 'keep-alive' | 'close',
  edits?: RequestEdits,
): string {
  const { forwarded, hop, forwardKey, route } = outgoing;
  const { written } = head;
  if (
    written !== undefined &&
    written.forwarded === forwarded &&
    written.hop === hop &&
    written.forwardKey === forwardKey &&
    written.connection === connection &&
    written.edits === edits &&
    written.route === route &&
    outgoing.auth === undefined
  )
    return written.text;
  const text = allLines(head, outgoing, connection, edits);
  // The edits of a service are for one request.
  if (outgoing.auth !== undefined) return text;
  const passed = flatten(text);
  head.written = { forwarded, hop, forwardKey, connection, edits, route, text: passed };
  return passed;
}

/** All lines except those of the trace and of the request id. */
function allLines(
  head: RequestHead,
  outgoing: Outgoing,
  connection: 'keep-alive' | 'close',
  edits?: RequestEdits,
): string {
  const { forwarded, hop, upgrade } = outgoing;
  const ids =
    PASSED_FIELDS | (outgoing.forwardKey ? KEY : 0) | (forwarded.peer.trusted ? trustedFieldIds(head) : 0);
  const isEdited = edits !== undefined || outgoing.auth !== undefined;
  const lines = isEdited ? editedLines(head, ids, outgoing, edits) : passedLines(head, ids);
  const ofHop = hopLines(head, upgrade, connection);
  const ours = framingLines(head, upgrade) + ofHop + forwarded.of(head, hop);
  return lines + ours + (isEdited ? addedLines(head, outgoing, edits) : '');
}

function passedLines(head: RequestHead, ids: number): string {
  return isCanonicalLine(head)
    ? keptLines(head, ids, 0)
    : requestLine(head, head.path) + head.madeLines + keptLines(head, ids, head.fieldsStart);
}

/** The same lines with the edits that the pod's options request, and those of a service. */
function editedLines(
  head: RequestHead,
  ids: number,
  { route, auth }: Outgoing,
  edits?: RequestEdits,
): string {
  const { host: name = '', prefix } = edits ?? {};
  const dropped = joined(edits?.dropped, auth?.dropped);
  const line = requestLine(head, prefix === undefined ? head.path : prefix.path(head.path, route));
  if (name === '') return line + head.madeLines + keptLines(head, ids, head.fieldsStart, dropped);
  const made = head.madeLines.replace(/^Host: [^\r]*\r\n/, '');
  return `${line}Host: ${name}\r\n${made}${keptLines(head, ids & ~HOST_ID, head.fieldsStart, dropped)}`;
}

function addedLines(head: RequestHead, { forwarded, route, auth }: Outgoing, edits?: RequestEdits): string {
  const { prefix, lines = '' } = edits ?? {};
  const prefixField =
    prefix === undefined ? '' : prefixLine(prefixBefore(head, forwarded.peer), prefix.outer(route));
  return `${prefixField}${lines}${auth?.lines ?? ''}`;
}

function joined(a: FoldedNames | undefined, b: FoldedNames | undefined): FoldedNames | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a.with(b);
}

/** The prefix of a trusted peer comes before podway's, because the peer removed it before. */
function prefixLine(before: string, ours: string): string {
  return before + ours === '' ? '' : `X-Forwarded-Prefix: ${before}${ours}\r\n`;
}

/** The fields of a trusted peer that are kept. podway writes those that the peer did not send (see `ForwardedLines`). */
function trustedFieldIds(head: RequestHead): number {
  let ids = idMask(forwardedField, baggage);
  if (head.forwardedProto !== '') ids |= idMask(forwardedProto);
  if (head.forwardedHost !== '') ids |= idMask(forwardedHost);
  if (head.forwardedPort !== '') ids |= idMask(forwardedPort);
  return ids;
}

/**
 * The parser accepts an origin-form HTTP/1.1 request line only in its canonical form, but it may have changed the
 * target.
 */
function isCanonicalLine(head: RequestHead): boolean {
  return head.form === 'origin' && head.minor === 1 && !head.retargeted;
}

function requestLine({ method, query }: RequestHead, path: string): string {
  return `${method} ${path}${query} HTTP/1.1\r\n`;
}

function framingLines(head: RequestHead, upgrade: string): string {
  if (head.framing === 'chunked') return 'Transfer-Encoding: chunked\r\n';
  // Some clients send the length 0 with a handshake, and not every pod expects it.
  if (head.framing === 'length' && (upgrade === '' || head.contentLength > 0))
    return `Content-Length: ${head.contentLength}\r\n`;
  return expectsContent(head.method) ? 'Content-Length: 0\r\n' : '';
}

/**
 * True for methods that define a meaning for content. Without a length a pod could not know whether a body follows (RFC
 * 9110 8.6).
 */
function expectsContent(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH';
}

/** TE is for one hop, so Connection must name it (RFC 9110 10.1.4). */
function hopLines(head: RequestHead, upgrade: string, connection: 'keep-alive' | 'close'): string {
  if (upgrade !== '') return `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`;
  const te = head.trailers ? 'TE: trailers\r\n' : '';
  if (connection === 'close') return `Connection: close${te === '' ? '' : ', TE'}\r\n${te}`;
  return te === '' ? '' : `Connection: TE\r\n${te}`;
}
