/** Lower-case names of fields that HTTP/2 expresses differently (RFC 9113 section 8.2.2), or that belong to this hop only. */
const HOP_BY_HOP_FIELDS = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'te',
  'sec-websocket-key',
]);

/** The names of never indexed fields of a client's request as a pod gets them: `host` becomes `:authority`. */
export function neverIndexedFields(names: ReadonlySet<string> | undefined): ReadonlySet<string> | undefined {
  return names?.has('host') === true ? new Set([...names, ':authority']) : names;
}

/**
 * Translates a canonical request head (see http1/request-writer.ts) to the fields of an HTTP/2 request: names and values in turn,
 * pseudo fields first. So one writer decides what pods get, for both protocols. `trailers`: the client accepts trailers.
 */
export function requestFields(text: string, scheme: 'http' | 'https', trailers: boolean): string[] {
  const line = text.indexOf('\r\n');
  const [method = '', target = ''] = text.slice(0, line).split(' ');
  const fields = [':method', method, ':scheme', scheme, ':path', target];
  let host = '';
  for (let at = line + 2; ; ) {
    const end = text.indexOf('\r\n', at);
    if (end <= at) break;
    const colon = text.indexOf(':', at);
    const name = text.slice(at, colon).toLowerCase();
    if (name === 'host') host = text.slice(colon + 2, end);
    if (!HOP_BY_HOP_FIELDS.has(name)) fields.push(name, text.slice(colon + 2, end));
    at = end + 2;
  }
  if (trailers) fields.push('te', 'trailers');
  // Pseudo fields come first.
  fields.splice(6, 0, ':authority', host);
  return fields;
}
