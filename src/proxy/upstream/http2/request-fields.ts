/** Lower-case names of fields that HTTP/2 says otherwise (RFC 9113 section 8.2.2), or that are this hop's. */
const OF_THE_HOP = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'te',
  'sec-websocket-key',
]);

/**
 * A canonical request head (see http1/request-writer.ts) as the names and values of an HTTP/2 request, one after the other:
 * so one writer decides what a pod gets, for every protocol.
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
    if (!OF_THE_HOP.has(name)) fields.push(name, text.slice(colon + 2, end));
    at = end + 2;
  }
  if (trailers) fields.push('te', 'trailers');
  // Pseudo fields come first.
  fields.splice(6, 0, ':authority', host);
  return fields;
}
