import { distance } from './closest.ts';

/** Minimum length of a name: a misspelled shorter name is often another correct name. */
const MIN_LENGTH = 5;
/** From this length on, two edits more likely mean a misspelling than another name. */
const TWO_EDITS_LENGTH = 12;
/** Number of first letters that must be equal. */
const COMMON_PREFIX_LENGTH = 3;
const MAX_LENGTH = 253;

/**
 * Whether `written`, a key of a label or annotation, is probably a misspelling of `key`: the prefixes before the slash are
 * equal, and the names differ by one edit (two in a long name), or only in case and in `-`, `_` and `.`.
 */
export function isNearKey(written: string, key: string): boolean {
  // This cheap comparison excludes most keys of a cluster.
  if (Math.abs(written.length - key.length) > 2 || written === key || written.length > MAX_LENGTH)
    return false;
  const [name, prefix] = parts(key);
  const [other, otherPrefix] = parts(written);
  if (prefix !== otherPrefix || name.length < MIN_LENGTH || other.length < MIN_LENGTH) return false;
  const [a, b] = [letters(name), letters(other)];
  if (a === b) return true;
  return (
    a.slice(0, COMMON_PREFIX_LENGTH) === b.slice(0, COMMON_PREFIX_LENGTH) &&
    distance(a, b) <= (a.length < TWO_EDITS_LENGTH ? 1 : 2)
  );
}

/** Whether `written` is probably a misspelling of the label value `value`: `True` of `true`, but not `false`. */
export function isNearValue(written: string, value: string): boolean {
  const [a, b] = [written.trim().toLowerCase(), value.toLowerCase()];
  return (
    a === b || (b.length >= MIN_LENGTH - 1 && Math.abs(a.length - b.length) <= 1 && distance(a, b) === 1)
  );
}

function parts(key: string): [name: string, prefix: string] {
  const slash = key.lastIndexOf('/');
  return [key.slice(slash + 1), key.slice(0, slash + 1)];
}

function letters(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
