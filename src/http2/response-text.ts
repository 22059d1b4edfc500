/** A response head of HTTP/1.1 in latin1, for the parser of all responses. `fields`: names and values in turn, `:status` first. */
export function responseText(fields: readonly string[]): string {
  return `HTTP/1.1 ${fields[1]} \r\n${section(fields)}`;
}

/** All fields except pseudo fields as lines, with the empty line that ends them: part of a head, or a trailer section. */
export function section(fields: readonly string[]): string {
  let text = '';
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [name = '', value = ''] = [fields[at], fields[at + 1]];
    if (!name.startsWith(':')) text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}
