/** Field lines as Node lists them: name, value, name, value. */
export type FieldLines = readonly string[];

/** What determines the field lines of a forwarded request. */
export interface RequestFields {
  readonly method: string;
  readonly host: string;
  /** Fields that authenticate podway; a list is one field line per value. */
  readonly credentials: Readonly<Record<string, string | string[]>>;
  /** podway forwards the client's own credentials; if the client sends an Authorization, it replaces `credentials`. */
  readonly passAuth: boolean;
  /** The requested protocol; '' for HTTP. */
  readonly upgrade: string;
}

/** Fields that belong to one connection (RFC 9110 section 7.6.1), or that podway writes itself. */
const HOP_BY_HOP_FIELDS = new Set(
  'connection keep-alive proxy-connection proxy-authenticate proxy-authorization te transfer-encoding upgrade'.split(
    ' ',
  ),
);
/** Methods whose requests have no body if they announce none. */
const BODILESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);
/** Fields that would make the client another user. API servers read `X-Remote-` fields only from front proxies. */
const IDENTITY = /^(?:authorization$|impersonate-|x[-_]remote[-_])/i;
/** A token that browsers send with WebSockets in place of Authorization. */
const BEARER_PROTOCOL = /^base64url\.bearer\.authorization\.k8s\.io\./i;

/**
 * The field lines for the API server or a pod: the client's lines in their order, without those of the connection and
 * those that identify a user.
 */
export function requestFields(lines: FieldLines, fields: RequestFields): string[] {
  const { method, host, credentials, passAuth, upgrade } = fields;
  const sent = ['Host', host];
  const nominated = nominatedIn(lines);
  const isChunked = valuesOf(lines, 'transfer-encoding').length > 0;
  for (const [name, value] of pairs(lines)) {
    const lower = name.toLowerCase();
    if (HOP_BY_HOP_FIELDS.has(lower) || nominated.has(lower) || lower === 'host') continue;
    if (lower === 'trailer' && !isChunked) continue;
    if (!passAuth && IDENTITY.test(name)) continue;
    const kept = lower === 'sec-websocket-protocol' && !passAuth ? withoutTokens(value) : value;
    if (kept !== '' || value === '') sent.push(name, kept);
  }
  if (valuesOf(lines, 'te').some((it) => /\btrailers\b/i.test(it))) sent.push('TE', 'trailers');
  if (isChunked) sent.push('Transfer-Encoding', 'chunked');
  // Without a length Node would send the bodies of these methods chunked.
  else if (!BODILESS.has(method) && valuesOf(lines, 'content-length').length === 0)
    sent.push('Content-Length', '0');
  if (upgrade !== '') sent.push('Connection', 'Upgrade', 'Upgrade', upgrade);
  const isClients = passAuth && valuesOf(lines, 'authorization').length > 0;
  if (!isClients) {
    for (const [name, value] of Object.entries(credentials))
      for (const one of [value].flat()) sent.push(name, one);
  }
  return sent;
}

/** The field lines of an answer for the client. `isChunked`: the client's connection can carry trailers. */
export function answerFields(lines: FieldLines, isChunked: boolean): string[] {
  const nominated = nominatedIn(lines);
  return pairs(lines)
    .filter(([name]) => {
      const lower = name.toLowerCase();
      return !HOP_BY_HOP_FIELDS.has(lower) && !nominated.has(lower) && (lower !== 'trailer' || isChunked);
    })
    .flat();
}

/** The values of all lines with this name (in lower case). */
export function valuesOf(lines: FieldLines, name: string): string[] {
  return pairs(lines)
    .filter(([it]) => it.toLowerCase() === name)
    .map(([, value]) => value);
}

/** Pairs of name and value, as Node's `addTrailers` takes them. */
export function pairs(lines: FieldLines): [string, string][] {
  return Array.from({ length: lines.length / 2 }, (_, at) => [lines[2 * at] ?? '', lines[2 * at + 1] ?? '']);
}

function nominatedIn(lines: FieldLines): Set<string> {
  const items = valuesOf(lines, 'connection').flatMap((it) => it.split(','));
  const names = new Set(items.map((it) => it.trim().toLowerCase()));
  // The length of a body stays, even if Connection names it.
  names.delete('content-length');
  return names;
}

function withoutTokens(protocols: string): string {
  const items = protocols.split(',').map((it) => it.trim());
  return items.some((it) => BEARER_PROTOCOL.test(it))
    ? items.filter((it) => !BEARER_PROTOCOL.test(it)).join(', ')
    : protocols;
}
