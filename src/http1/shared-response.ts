import { FIELD_STRIDE, NAME_END, NAME_START, VALUE_END, VALUE_START } from './field-scanner.ts';
import { equals, listItems } from './field-value.ts';
import type { ResponseHead } from './response-head.ts';

/**
 * True when caches may keep the response for all clients (RFC 9111 sections 5.2.2.9 and 5.2.2.10). Then podway must not
 * add fields that are for one client.
 */
export function isShared({ text, fields }: ResponseHead): boolean {
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) {
    if (!equals(text, fields[at + NAME_START]!, fields[at + NAME_END]!, 'cache-control')) continue;
    const items = listItems(text, fields[at + VALUE_START]!, fields[at + VALUE_END]!);
    if (items.some((it) => it === 'public' || it.startsWith('s-maxage'))) return true;
  }
  return false;
}
