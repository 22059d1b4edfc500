import { idMask } from './canonical-lines.ts';
import { equals } from './field-value.ts';
import { FIELD_STRIDE, NAME_END, NAME_START, VALUE_END, VALUE_START } from './field-scanner.ts';
import { PASSED_FIELDS, REQUEST_FIELD } from './request-fields.ts';
import type { RequestHead } from './request-head.ts';

/**
 * Maximum number of characters of all Cookie lines together that are searched: browsers send no longer cookies (RFC
 * 6265 section 6.1).
 */
const MAX_COOKIES_LENGTH = 8_192;

/** Ids of all fields, for the functions of this file. */
const ALL_FIELDS = -1;
/** Without the fields that the client's `Connection` or DROP_HEADERS names: podway does not pass these on. */
export const KEPT_FIELDS = ~idMask(REQUEST_FIELD.dropped);

/**
 * The value of the only line of a field; undefined if there is no line, or there are several.
 *
 * @param lower the name of the field, in lower case
 * @param ids a mask of ids; lines with other ids do not count
 */
export function soleValue(
  { text, fields }: RequestHead,
  lower: string,
  ids = ALL_FIELDS,
): string | undefined {
  let found: string | undefined;
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) {
    if ((ids & (1 << fields[at]!)) === 0 || !isNamed(text, fields, at, lower)) continue;
    if (found !== undefined) return undefined;
    found = text.slice(fields[at + VALUE_START], fields[at + VALUE_END]);
  }
  return found;
}

/**
 * The values of all lines of a field that podway passes on to pods.
 *
 * @param lower the name of the field, in lower case
 */
export function passedValues({ text, fields }: RequestHead, lower: string): readonly string[] {
  const values: string[] = [];
  for (let at = 0; at < fields.length; at += FIELD_STRIDE)
    if ((PASSED_FIELDS & (1 << fields[at]!)) !== 0 && isNamed(text, fields, at, lower))
      values.push(text.slice(fields[at + VALUE_START], fields[at + VALUE_END]));
  return values;
}

/**
 * The value of the first line of a field; '' if there is no line.
 *
 * @param lower the name of the field, in lower case
 */
export function firstValue({ text, fields }: RequestHead, lower: string): string {
  for (let at = 0; at < fields.length; at += FIELD_STRIDE)
    if (isNamed(text, fields, at, lower)) return text.slice(fields[at + VALUE_START], fields[at + VALUE_END]);
  return '';
}

/** The first value of a cookie that `fits`, from one or more Cookie lines; undefined: there is none. `ids`: see `soleValue`. */
export function cookieValue(
  { text, fields }: RequestHead,
  name: string,
  fits: (value: string) => boolean,
  ids = ALL_FIELDS,
): string | undefined {
  let searched = 0;
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) {
    if ((ids & (1 << fields[at]!)) === 0 || !isNamed(text, fields, at, 'cookie')) continue;
    const start = fields[at + VALUE_START]!;
    const end = Math.min(fields[at + VALUE_END]!, start + MAX_COOKIES_LENGTH - searched);
    searched += end - start;
    const found = valueIn(text.slice(start, end), name, fits);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * API_KEY_HEADER may name a field that podway also reads for another purpose, such as Authorization or Cookie. Its value
 * is then a key, so no function of this file returns it: no service of `auth=`, log or answer gets the key.
 */
function isNamed(text: string, fields: readonly number[], at: number, lower: string): boolean {
  return (
    fields[at] !== REQUEST_FIELD.key && equals(text, fields[at + NAME_START]!, fields[at + NAME_END]!, lower)
  );
}

function valueIn(cookies: string, name: string, fits: (value: string) => boolean): string | undefined {
  const prefix = `${name}=`;
  for (let at = cookies.indexOf(prefix); at >= 0; at = cookies.indexOf(prefix, at + prefix.length)) {
    if (!isBegin(cookies, at)) continue;
    const semicolon = cookies.indexOf(';', at);
    const value = cookies.slice(at + prefix.length, semicolon < 0 ? cookies.length : semicolon).trim();
    if (fits(value)) return value;
  }
  return undefined;
}

/** True when a cookie begins there: only blanks come before it, after the start of the text or a semicolon. */
function isBegin(cookies: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && (cookies[before] === ' ' || cookies[before] === '\t')) before -= 1;
  return before < 0 || cookies[before] === ';';
}
