/** What a response over HTTP/2 must not have (RFC 9113 section 8.2.2). */
const FORBIDDEN = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

/**
 * The fields of a response as a head of HTTP/1.1 in latin1, for the one parser of responses; undefined when they have
 * what HTTP/2 forbids. `fields` are names and values, one after the other, pseudo fields among them.
 */
export function responseText(status: number, fields: readonly string[]): string | undefined {
  let text = `HTTP/1.1 ${status} \r\n`;
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [name = '', value = ''] = [fields[at], fields[at + 1]];
    if (FORBIDDEN.has(name)) return undefined;
    if (!name.startsWith(':')) text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}

/** Trailer fields as the lines of a section, for its parser. */
export function trailerText(fields: readonly string[]): string {
  let text = '';
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [name = '', value = ''] = [fields[at], fields[at + 1]];
    if (!name.startsWith(':')) text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}
