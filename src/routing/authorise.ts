import { hash } from 'node:crypto';
import { type Keyring, UNKNOWN_KEYS } from './keyring.ts';
import type { Grant } from './grant.ts';
import type { Route } from './route.ts';

/** By namespace. Absent = open. */
export type NamespaceKeys = ReadonlyMap<string, Keyring>;

/** `denied`: no key opens it. `keys-unknown`: only pods of namespaces whose keys are unknown could serve it. */
export type Refused = 'denied' | 'keys-unknown';

/**
 * Where a request may go, counted by the namespaces' keyrings, by the key it presents: `lines` key header lines, the first one's value being `value` (Latin-1,
 * surrounding white space removed). A namespace is keyed when its Secret exists.
 *
 *   keyed namespaces of the route | lines | value           | reaches
 *   none                          | any   | any             | every endpoint
 *   some or all                   | 0     | -               | endpoints of the unkeyed namespaces; none unkeyed: denied
 *   some or all                   | 1     | a key of theirs | endpoints of the namespaces that accept it
 *   some or all                   | 1     | anything else   | denied
 *   some or all                   | 2+    | any             | denied
 *
 * Namespaces whose keys are unknown are passed over as if they were not there; a request that the others do not take may
 * be theirs, so it is not denied but answered that keys are unknown. (Two lines are nobody's key.)
 *
 * Namespaces count whether or not their pods are ready: without ready pods the answer is a grant without candidates.
 */
export function authorise(route: Route, keys: NamespaceKeys, lines: number, value: string): Grant | Refused {
  if (keys.size === 0) return route;
  const { namespaces } = route;
  const only = namespaces[0];
  if (namespaces.length === 1 && only !== undefined) {
    const ring = keys.get(only);
    if (ring === undefined) return route;
    if (ring === UNKNOWN_KEYS) return 'keys-unknown';
    if (lines === 1 && ring.accepts(digestOf(value))) return route;
    ring.refused(lines);
    return 'denied';
  }
  return authoriseAmong(route, keys, lines, value);
}

function authoriseAmong(route: Route, keys: NamespaceKeys, lines: number, value: string): Grant | Refused {
  const known = route.namespaces.filter((it) => keys.get(it) !== UNKNOWN_KEYS);
  const unkeyed = known.filter((it) => !keys.has(it));
  if (unkeyed.length === route.namespaces.length) return route;
  if (known.length === 0) return 'keys-unknown';
  if (unkeyed.length === known.length) return route.grantTo(unkeyed);
  if (lines === 0 && unkeyed.length > 0) return route.grantTo(unkeyed);
  if (lines === 1) {
    const presented = digestOf(value);
    const accepting = known.filter((it) => keys.get(it)?.accepts(presented) === true);
    if (accepting.length > 0) return route.grantTo(accepting);
  }
  if (lines <= 1 && known.length < route.namespaces.length) return 'keys-unknown';
  for (const namespace of known) keys.get(namespace)?.refused(lines);
  return 'denied';
}

/**
 * Digests have one length, so comparing takes the same time whatever was presented. Accepted values are base64, thus
 * ASCII: hashing the string as UTF-8 tells every other character apart.
 */
function digestOf(value: string): Uint8Array {
  return hash('sha256', value, 'buffer');
}
