import { FIELD_STRIDE, NAME_END, NAME_START, VALUE_END, VALUE_START } from './field-scanner.ts';
import type { Peer } from './forwarded-lines.ts';
import { REQUEST_FIELD } from './request-fields.ts';
import type { RequestHead } from './request-head.ts';

/**
 * The prefix that a trusted peer has removed before (X-Forwarded-Prefix), without a slash at its end; '' for none, and
 * for a value that is not a path.
 */
export function prefixBefore({ text, fields }: RequestHead, { trusted }: Peer): string {
  if (!trusted) return '';
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) {
    if (fields[at] !== REQUEST_FIELD.forwarded) continue;
    const name = text.slice(fields[at + NAME_START], fields[at + NAME_END]);
    if (name.toLowerCase() !== 'x-forwarded-prefix') continue;
    const value = text.slice(fields[at + VALUE_START], fields[at + VALUE_END]);
    return /^\/[\w\-.~!$&'()*+;=:@%/]*$/.test(value) ? value.replace(/\/+$/, '') : '';
  }
  return '';
}
