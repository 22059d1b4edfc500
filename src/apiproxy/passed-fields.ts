/** Field lines as Node has them: name, value, name, value. */
export type FieldLines = readonly string[];

/** Those of a request to the server. */
export interface RequestFields {
  readonly method: string;
  readonly host: string;
  /** What authenticates; a list is a field line each. */
  readonly credentials: Readonly<Record<string, string | string[]>>;
  /** The client's own credentials go along, and stand in for ours. */
  readonly passAuth: boolean;
  /** The protocol that is asked for; '' for HTTP. */
  readonly upgrade: string;
}

/** They belong to one connection (RFC 9110 7.6.1), or are written again. */
const HOP = new Set(
  'connection keep-alive proxy-connection proxy-authenticate proxy-authorization te transfer-encoding upgrade'.split(
    ' ',
  ),
);
/** Without a length, they have no body. */
const BODILESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);
/** What would make the client another user; the API server reads `X-Remote-` of front proxies only. */
const IDENTITY = /^(?:authorization$|impersonate-|x[-_]remote[-_])/i;
/** A token in place of Authorization, for browsers' WebSockets. */
const BEARER_PROTOCOL = /^base64url\.bearer\.authorization\.k8s\.io\./i;

/** What goes on to the API server or a pod: the client's lines in their order, without what is the hop's or an identity. */
export function requestFields(lines: FieldLines, fields: RequestFields): string[] {
  const { method, host, credentials, passAuth, upgrade } = fields;
  const sent = ['Host', host];
  const nominated = nominatedIn(lines);
  const isChunked = valuesOf(lines, 'transfer-encoding').length > 0;
  for (const [name, value] of pairs(lines)) {
    const lower = name.toLowerCase();
    if (HOP.has(lower) || nominated.has(lower) || lower === 'host') continue;
    if (lower === 'trailer' && !isChunked) continue;
    if (!passAuth && IDENTITY.test(name)) continue;
    const kept = lower === 'sec-websocket-protocol' && !passAuth ? withoutTokens(value) : value;
    if (kept !== '' || value === '') sent.push(name, kept);
  }
  if (valuesOf(lines, 'te').some((it) => /\btrailers\b/i.test(it))) sent.push('TE', 'trailers');
  if (isChunked) sent.push('Transfer-Encoding', 'chunked');
  // Node would announce chunks for these.
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

/** What of an answer goes back to the client; `isChunked`: that connection can carry trailers. */
export function answerFields(lines: FieldLines, isChunked: boolean): string[] {
  const nominated = nominatedIn(lines);
  return pairs(lines)
    .filter(([name]) => {
      const lower = name.toLowerCase();
      return !HOP.has(lower) && !nominated.has(lower) && (lower !== 'trailer' || isChunked);
    })
    .flat();
}

/** The values of all lines of that name (lower case). */
export function valuesOf(lines: FieldLines, name: string): string[] {
  return pairs(lines)
    .filter(([it]) => it.toLowerCase() === name)
    .map(([, value]) => value);
}

/** Trailers as Node's `addTrailers` takes them. */
export function pairs(lines: FieldLines): [string, string][] {
  return Array.from({ length: lines.length / 2 }, (_, at) => [lines[2 * at] ?? '', lines[2 * at + 1] ?? '']);
}

function nominatedIn(lines: FieldLines): Set<string> {
  const items = valuesOf(lines, 'connection').flatMap((it) => it.split(','));
  const names = new Set(items.map((it) => it.trim().toLowerCase()));
  // A body has its length, even if Connection names it.
  names.delete('content-length');
  return names;
}

function withoutTokens(protocols: string): string {
  const items = protocols.split(',').map((it) => it.trim());
  return items.some((it) => BEARER_PROTOCOL.test(it))
    ? items.filter((it) => !BEARER_PROTOCOL.test(it)).join(', ')
    : protocols;
}
