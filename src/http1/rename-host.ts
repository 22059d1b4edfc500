import { DROPPED_FIELD } from './field-names.ts';
import { FIELD_STRIDE, VALUE_END, VALUE_START } from './field-scanner.ts';
import { REQUEST_FIELD } from './request-fields.ts';
import type { ClientSpelling, RequestHead } from './request-head.ts';

const NAME_OF: Readonly<Record<number, string>> = {
  [REQUEST_FIELD.origin]: 'Origin',
  [REQUEST_FIELD.referer]: 'Referer',
};

/**
 * Gives the request another host, as if the client had sent it: the pod gets this host in `Host`, and gets `Origin` and
 * `Referer` without the `tail`, because pods compare these with Host to refuse requests of foreign pages.
 */
export function renameHost(head: RequestHead, host: string, spelling: ClientSpelling): void {
  const { text, fields } = head;
  const { tail } = spelling;
  let lines = `Host: ${host}\r\n`;
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) {
    const id = fields[at]!;
    if (id === REQUEST_FIELD.host) fields[at] = DROPPED_FIELD;
    const name = NAME_OF[id];
    if (name === undefined) continue;
    const value = text.slice(fields[at + VALUE_START], fields[at + VALUE_END]);
    const renamed = withoutTail(value, tail);
    if (renamed === value) continue;
    fields[at] = DROPPED_FIELD;
    lines += `${name}: ${renamed}\r\n`;
  }
  head.host = host;
  head.renamedFrom = spelling;
  if (head.form === 'absolute') head.authority = host;
  head.madeLines = lines;
  // The writer writes the request line again, followed by these lines.
  head.retargeted = true;
}

function withoutTail(url: string, tail: string): string {
  const [, start = '', authority = '', rest = ''] = /^(https?:\/\/)([^/?#]+)(.*)$/is.exec(url) ?? [];
  if (authority.length <= tail.length || !authority.toLowerCase().endsWith(tail)) return url;
  return `${start}${authority.slice(0, -tail.length)}${rest}`;
}
