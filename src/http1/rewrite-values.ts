import { FIELD_STRIDE, NAME_END, NAME_START, VALUE_END, VALUE_START } from './field-scanner.ts';
import type { ResponseHead } from './response-head.ts';

/**
 * Changes values of fields in the text of a response, so every writer of it uses the new values. Linear in the size of
 * the head.
 *
 * @param rewrite receives a name in lower case and a value, and returns the value to send: the same one, or another one
 * without control characters
 */
export function rewriteValues(head: ResponseHead, rewrite: (name: string, value: string) => string): void {
  const { text, fields } = head;
  let written = '';
  let copied = 0;
  let shift = 0;
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) {
    const start = fields[at + VALUE_START]!;
    const end = fields[at + VALUE_END]!;
    const name = text.slice(fields[at + NAME_START], fields[at + NAME_END]).toLowerCase();
    const value = text.slice(start, end);
    const now = rewrite(name, value);
    fields[at + NAME_START]! += shift;
    fields[at + NAME_END]! += shift;
    fields[at + VALUE_START] = start + shift;
    if (now !== value) {
      written += text.slice(copied, start) + now;
      copied = end;
      shift += now.length - value.length;
    }
    fields[at + VALUE_END] = end + shift;
  }
  if (copied > 0) head.text = written + text.slice(copied);
}
