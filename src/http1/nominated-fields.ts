import { listItems } from './field-value.ts';
import { DROPPED_FIELD, OTHER_FIELD } from './field-names.ts';
import { FIELD_STRIDE, NAME_END, NAME_START, VALUE_END, VALUE_START } from './field-scanner.ts';

/**
 * Marks the fields that `Connection` names as dropped (RFC 9110 7.6.1). Only fields without an id can be dropped in
 * this way: a client must not remove Host, framing, the key or a forwarded header by naming it (CVE-2022-31813). Linear
 * in the size of the head: one set for all tokens, and one look at each field.
 */
export function dropNominated(text: string, fields: number[], connection: number): void {
  const named = new Set<string>();
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) {
    if (fields[at] !== connection) continue;
    for (const token of listItems(text, fields[at + VALUE_START]!, fields[at + VALUE_END]!)) named.add(token);
  }
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) {
    if (fields[at] !== OTHER_FIELD) continue;
    const name = text.slice(fields[at + NAME_START], fields[at + NAME_END]);
    if (named.has(name.toLowerCase())) fields[at] = DROPPED_FIELD;
  }
}
