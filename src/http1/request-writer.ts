import { idMask, keptLines } from './canonical-lines.ts';
import type { ForwardedLines } from './forwarded-lines.ts';
import { prefixBefore } from './forwarded-prefix.ts';
import type { FoldedNames } from './folded-names.ts';
import { flat } from './flat-text.ts';
import type { HeadEdits, RequestEdits } from './head-edits.ts';
import { REQUEST_FIELD } from './request-fields.ts';
import type { RequestHead } from './request-head.ts';

/** What is sent to a pod besides what the client sent. */
export interface Outgoing {
  readonly forwarded: ForwardedLines;
  /**
   * Always written, regardless of what the client sent: a trusted peer's own is the caller's to choose
   * (`head.requestId`).
   */
  readonly requestId: string;
  /** This hop, for X-Podway-Hops. */
  readonly hop: string;
  readonly forwardKey: boolean;
  /** The protocol to ask for, in which the connection becomes a tunnel; '' for HTTP. */
  readonly upgrade: string;
  /** Of a service that has let the request in: fields that only podway can set. */
  readonly auth: HeadEdits | undefined;
  /** The path of the route that took the request. */
  readonly route: string;
  /** By which the pod goes on with the trace; undefined where podway does not trace. */
  readonly trace: TraceLines | undefined;
}

/** What carries a trace to a pod. */
export interface TraceLines {
  /** Each with its CRLF; as long as one attempt goes on. */
  readonly lines: string;
}

const { other, host, websocketKey, kept, key, authorization, origin, fetchSite, referer } = REQUEST_FIELD;
const { forwardedProto, forwardedHost, forwardedPort, forwarded: forwardedField, baggage } = REQUEST_FIELD;
const ALWAYS = idMask(other, host, websocketKey, kept, authorization, origin, fetchSite, referer);
const KEY = idMask(key);
const HOST_ID = idMask(host);

/**
 * The head for the pod, as latin1 with its final empty line: an origin-form HTTP/1.1 request line with the target's path
 * and query, the end-to-end fields in their order and case, then framing and what the router sets. `close`: the pod is
 * asked to end the connection after its answer. `edits`: what the pod asks to be changed. Never the received bytes as
 * such: a line that is not exactly `Name: value` is written again.
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

/** The same lines as those of the request before, if what they depend on is the same. */
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
  // What a service says is of one request.
  if (outgoing.auth !== undefined) return text;
  const passed = flat(text);
  head.written = { forwarded, hop, forwardKey, connection, edits, route, text: passed };
  return passed;
}

/** All lines but those of the trace and the request's id. */
function allLines(
  head: RequestHead,
  outgoing: Outgoing,
  connection: 'keep-alive' | 'close',
  edits?: RequestEdits,
): string {
  const { forwarded, hop, upgrade } = outgoing;
  const ids = ALWAYS | (outgoing.forwardKey ? KEY : 0) | (forwarded.peer.trusted ? believed(head) : 0);
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

/** The same as a pod asks for it, and with what a service says of the client. */
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

/** A trusted peer's prefix stands before ours: it has cut it off before. */
function prefixLine(before: string, ours: string): string {
  return before + ours === '' ? '' : `X-Forwarded-Prefix: ${before}${ours}\r\n`;
}

/** What a trusted peer says is kept as it is; where it says nothing, `ForwardedLines` does. */
function believed(head: RequestHead): number {
  let ids = idMask(forwardedField, baggage);
  if (head.forwardedProto !== '') ids |= idMask(forwardedProto);
  if (head.forwardedHost !== '') ids |= idMask(forwardedHost);
  if (head.forwardedPort !== '') ids |= idMask(forwardedPort);
  return ids;
}

/** The parser takes an origin-form HTTP/1.1 request line in its canonical form only, and may have changed its target. */
function isCanonicalLine(head: RequestHead): boolean {
  return head.form === 'origin' && head.minor === 1 && !head.retargeted;
}

function requestLine({ method, query }: RequestHead, path: string): string {
  return `${method} ${path}${query} HTTP/1.1\r\n`;
}

function framingLines(head: RequestHead, upgrade: string): string {
  if (head.framing === 'chunked') return 'Transfer-Encoding: chunked\r\n';
  // Some clients send the length of a handshake's missing body, which not every pod expects.
  if (head.framing === 'length' && (upgrade === '' || head.contentLength > 0))
    return `Content-Length: ${head.contentLength}\r\n`;
  return expectsContent(head.method) ? 'Content-Length: 0\r\n' : '';
}

/** A missing length would leave the pod guessing for methods that define a meaning for content (RFC 9110 8.6). */
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
