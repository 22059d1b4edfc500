import { distance } from './closest.ts';

/** Minimum length of a name: a misspelled shorter name is often another correct name. */
const SHORTEST = 5;
/** From this length on, two edits more likely mean a misspelling than another name. */
const LONG = 12;
/** Number of first letters that must be equal. */
const START = 3;
const LONGEST = 253;

/**
 * Whether `written`, a key of a label or annotation, is probably a misspelling of `key`: the prefixes before the slash are
 * equal, and the names differ by one edit (two in a long name), or only in case and in `-`, `_` and `.`.
 */
export function isNearKey(written: string, key: string): boolean {
  // This cheap comparison excludes most keys of a cluster.
  if (Math.abs(written.length - key.length) > 2 || written === key || written.length > LONGEST) return false;
  const [name, prefix] = parts(key);
  const [other, otherPrefix] = parts(written);
  if (prefix !== otherPrefix || name.length < SHORTEST || other.length < SHORTEST) return false;
  const [a, b] = [letters(name), letters(other)];
  if (a === b) return true;
  return a.slice(0, START) === b.slice(0, START) && distance(a, b) <= (a.length < LONG ? 1 : 2);
}

/** Whether `written` is probably a misspelling of the label value `value`: `True` of `true`, but not `false`. */
export function isNearValue(written: string, value: string): boolean {
  const [a, b] = [written.trim().toLowerCase(), value.toLowerCase()];
  return a === b || (b.length >= SHORTEST - 1 && Math.abs(a.length - b.length) <= 1 && distance(a, b) === 1);
}

function parts(key: string): [name: string, prefix: string] {
  const slash = key.lastIndexOf('/');
  return [key.slice(slash + 1), key.slice(0, slash + 1)];
}

function letters(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
