import { distance } from './closest.ts';

/** Shorter names are too near to others. */
const SHORTEST = 5;
/** From this length two mistakes are more likely than another word. */
const LONG = 12;
/** Letters that both begin with. */
const START = 3;
const LONGEST = 253;

/**
 * Whether a key of a label or annotation was probably meant as `key`: the same prefix before the slash, and a name that differs by a
 * letter (two of a long name), or only in case, `-`, `_` and `.`.
 */
export function isNearKey(written: string, key: string): boolean {
  // Most keys of a cluster are told apart here.
  if (Math.abs(written.length - key.length) > 2 || written === key || written.length > LONGEST) return false;
  const [name, prefix] = parts(key);
  const [other, otherPrefix] = parts(written);
  if (prefix !== otherPrefix || name.length < SHORTEST || other.length < SHORTEST) return false;
  const [a, b] = [letters(name), letters(other)];
  if (a === b) return true;
  return a.slice(0, START) === b.slice(0, START) && distance(a, b) <= (a.length < LONG ? 1 : 2);
}

/** Whether the value of a label was probably meant as `value`: `True` for `true`, not `false`. */
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
