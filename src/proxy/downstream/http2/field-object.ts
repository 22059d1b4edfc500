import type { OutgoingHttpHeaders } from 'node:http2';

/** Names and values in turn as the object that `additionalHeaders` and `sendTrailers` want: a name once, with all its values. */
export function fieldObject(fields: readonly string[]): OutgoingHttpHeaders {
  // Pods may name a field `constructor`, or `__proto__`.
  const out = Object.create(null) as Record<string, string | string[]>;
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!;
    const value = fields[at + 1]!;
    const before = out[name];
    if (before === undefined) out[name] = value;
    else if (typeof before === 'string') out[name] = [before, value];
    else before.push(value);
  }
  return out;
}
