/** What a response over HTTP/2 must not have (RFC 9113 section 8.2.2). */
const FORBIDDEN = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

/**
 * The fields of a response as a head of HTTP/1.1 in latin1, for the one parser of responses; undefined when they have
 * what HTTP/2 forbids. `fields` are names and values, one after the other, pseudo fields among them.
 */
export function responseText(status: number, fields: readonly string[]): string | undefined {
  const isForbidden = fields.some((it, at) => at % 2 === 0 && FORBIDDEN.has(it));
  return isForbidden ? undefined : `HTTP/1.1 ${status} \r\n${section(fields)}`;
}

/** Fields but pseudo fields as lines, with the empty one that ends them: of a head, or a trailer section for its parser. */
export function section(fields: readonly string[]): string {
  let text = '';
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [name = '', value = ''] = [fields[at], fields[at + 1]];
    if (!name.startsWith(':')) text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}
