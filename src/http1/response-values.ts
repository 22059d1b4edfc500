import { equals } from './field-value.ts';
import { FIELD_STRIDE, NAME_END, NAME_START, VALUE_END, VALUE_START } from './field-scanner.ts';
import type { ResponseHead } from './response-head.ts';

/**
 * The values of all lines of a field, except empty ones.
 *
 * @param lower the name of the field, in lower case
 */
export function responseValues({ text, fields }: ResponseHead, lower: string): readonly string[] {
  const values: string[] = [];
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) {
    if (!equals(text, fields[at + NAME_START]!, fields[at + NAME_END]!, lower)) continue;
    const value = text.slice(fields[at + VALUE_START], fields[at + VALUE_END]);
    if (value !== '') values.push(value);
  }
  return values;
}
