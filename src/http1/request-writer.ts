import { idMask, keptLines } from './canonical-lines.ts';
import type { ForwardedLines } from './forwarded-lines.ts';
import type { HeadEdits } from './head-edits.ts';
import { REQUEST_FIELD } from './request-fields.ts';
import type { RequestHead } from './request-head.ts';

/** What is sent to a pod besides what the client sent. */
export interface Outgoing {
  readonly forwarded: ForwardedLines;
  /** Written whatever the client sent: a trusted peer's own is the caller's to choose (`head.requestId`). */
  readonly requestId: string;
  /** This hop, for X-Podway-Hops. */
  readonly hop: string;
  readonly forwardKey: boolean;
  /** The protocol to ask for, in which the connection becomes a tunnel; '' for HTTP. */
  readonly upgrade: string;
}

const { other, host, websocketKey, kept, key, authorization, origin, fetchSite, referer } = REQUEST_FIELD;
const { forwardedProto, forwardedHost, forwardedPort, forwarded } = REQUEST_FIELD;
const ALWAYS = idMask(other, host, websocketKey, kept, authorization, origin, fetchSite, referer);
const KEY = idMask(key);

/**
 * The head for the pod, as latin1 with its final empty line: an origin-form HTTP/1.1 request line with the target's path and query,
 * the end-to-end fields in their order and case, then framing and what the router sets. `close`: the pod is asked to end the
 * connection after its answer. `edits`: what the pod asks to be changed. Never the received bytes as such: a line that is not exactly `Name: value` is written anew.
 */
export function writeRequestHead(
  head: RequestHead,
  outgoing: Outgoing,
  connection: 'keep-alive' | 'close',
  edits?: HeadEdits,
): string {
  const { forwarded, hop, upgrade, requestId } = outgoing;
  const ids = ALWAYS | (outgoing.forwardKey ? KEY : 0) | (forwarded.peer.trusted ? believed(head) : 0);
  const lines = isCanonicalLine(head)
    ? keptLines(head, ids, 0, edits?.dropped)
    : requestLine(head) + keptLines(head, ids, head.fieldsStart, edits?.dropped);
  const ofHop = hopLines(head, upgrade, connection);
  const ours = framingLines(head, upgrade) + ofHop + forwarded.of(head, hop);
  const added = edits === undefined ? '' : edits.lines;
  return `${lines}${ours}${added}X-Request-Id: ${requestId}\r\n\r\n`;
}

/** What a trusted peer says is kept as it is; where it says nothing, `ForwardedLines` does. */
function believed(head: RequestHead): number {
  let ids = idMask(forwarded);
  if (head.forwardedProto !== '') ids |= idMask(forwardedProto);
  if (head.forwardedHost !== '') ids |= idMask(forwardedHost);
  if (head.forwardedPort !== '') ids |= idMask(forwardedPort);
  return ids;
}

/** The parser takes an origin-form HTTP/1.1 request line in its canonical form only, and may have changed its target. */
function isCanonicalLine(head: RequestHead): boolean {
  return head.form === 'origin' && head.minor === 1 && !head.retargeted;
}

function requestLine(head: RequestHead): string {
  return `${head.method} ${head.path}${head.query} HTTP/1.1\r\n${head.madeLines}`;
}

function framingLines(head: RequestHead, upgrade: string): string {
  if (head.framing === 'chunked') return 'Transfer-Encoding: chunked\r\n';
  // Some clients tell the length of a handshake's missing body, which not every pod expects.
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
