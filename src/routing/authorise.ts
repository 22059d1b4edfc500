import { hash } from 'node:crypto';
import type { KeyVerdict } from '../boundary/explanation.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { type Keyring, UNKNOWN_KEYS } from './keyring.ts';
import type { Grant } from './grant.ts';
import type { RateLimit, RateTable } from './rates/rate-table.ts';

/** By namespace. A namespace without a keyring is open. */
export type NamespaceKeyrings = ReadonlyMap<string, Keyring>;

/**
 * The key that a request presents. `key`: the value of the first line, one latin1 character for each octet, without
 * white space around it.
 */
export interface PresentedKey extends Pick<RequestHead, 'keyLines' | 'key'> {
  /** Kept with the head, because the next request may present the same key. */
  keyDigest?: Uint8Array | undefined;
}

/**
 * `denied`: no presented key opens it. `keys-unknown`: only pods of namespaces whose keys are unknown could serve it.
 */
export type Refused = 'denied' | 'keys-unknown';

/** The side effects of checking a key. A decision counts the request; an explanation does not. */
export interface KeyEffects {
  /** The ring's key at this place was accepted. */
  accepted(ring: Keyring, at: number): void;
  refused(ring: Keyring, lines: number): void;
  /** The part of the route's grant for these of its namespaces. */
  grant(part: Grant, namespaces: readonly string[]): Grant;
  /** Counts one more request of `who`. Returns the microseconds until it may pass; 0: now. */
  rate(table: RateTable, who: string, limit: RateLimit, now: number): number;
}

export const COUNTED: KeyEffects = {
  accepted: (ring, at) => ring.accepted(at),
  refused: (ring, lines) => ring.refused(lines),
  grant: (route, namespaces) => route.grantTo(namespaces),
  rate: (table, who, limit, now) => table.take(who, limit, now),
};

export const UNCOUNTED: KeyEffects = {
  accepted: () => undefined,
  refused: () => undefined,
  grant: (route, namespaces) => route.peekGrantTo(namespaces),
  rate: (table, who, limit, now) => table.peek(who, limit, now),
};

/**
 * Where a request may go by the key that it presents. A namespace is keyed when its Secret exists.
 *
 *   keyed namespaces of the route | lines | value           | reaches
 *   none                          | any   | any             | every endpoint
 *   some or all                   | 0     | -               | endpoints of the unkeyed namespaces; none unkeyed: denied
 *   some or all                   | 1     | a key of theirs | endpoints of the namespaces that accept it
 *   some or all                   | 1     | anything else   | denied
 *   some or all                   | 2+    | any             | denied
 *
 * Namespaces whose keys are unknown are ignored. But a request that the others do not accept may be for them, so it is
 * not denied: the answer is that keys are unknown. (Two lines are never a valid key.)
 *
 * Namespaces count whether or not their pods are ready. Without ready pods the result is a grant without candidates.
 *
 * A grant is a part of the route's endpoints. The keys of a namespace exclude only its own endpoints, and the guards of a
 * pod only that pod (see guards/pass-guards.ts).
 */
export function authorise(
  part: Grant,
  keys: NamespaceKeyrings,
  presented: PresentedKey,
  effects: KeyEffects,
): Grant | Refused {
  if (keys.size === 0) return part;
  const { namespaces } = part;
  const only = namespaces[0];
  if (namespaces.length !== 1 || only === undefined) return authoriseAmong(part, keys, presented, effects);
  const ring = keys.get(only);
  return ring === undefined ? part : authoriseBy(ring, part, presented, effects);
}

/** The keys of the route's only namespace decide. */
function authoriseBy(
  ring: Keyring,
  part: Grant,
  presented: PresentedKey,
  effects: KeyEffects,
): Grant | Refused {
  const { keyLines } = presented;
  if (ring === UNKNOWN_KEYS) return 'keys-unknown';
  const at = keyLines === 1 ? ring.find(digestOf(presented)) : -1;
  if (at < 0) {
    effects.refused(ring, keyLines);
    return 'denied';
  }
  effects.accepted(ring, at);
  return part;
}

function authoriseAmong(
  part: Grant,
  keys: NamespaceKeyrings,
  presented: PresentedKey,
  effects: KeyEffects,
): Grant | Refused {
  const { keyLines } = presented;
  const known = part.namespaces.filter((it) => keys.get(it) !== UNKNOWN_KEYS);
  const unkeyed = known.filter((it) => !keys.has(it));
  if (unkeyed.length === part.namespaces.length) return part;
  if (known.length === 0) return 'keys-unknown';
  if (unkeyed.length === known.length) return effects.grant(part, unkeyed);
  if (keyLines === 0 && unkeyed.length > 0) return effects.grant(part, unkeyed);
  const rings = known.map((it) => keys.get(it)).filter((it) => it !== undefined);
  if (keyLines === 1) {
    const accepting = acceptingAmong(rings, presented, effects);
    if (accepting.length > 0) return effects.grant(part, accepting);
  }
  if (keyLines <= 1 && known.length < part.namespaces.length) return 'keys-unknown';
  for (const ring of rings) effects.refused(ring, keyLines);
  return 'denied';
}

/** The namespaces of the rings that accept the key. */
function acceptingAmong(
  rings: readonly Keyring[],
  presented: PresentedKey,
  effects: KeyEffects,
): readonly string[] {
  const digest = digestOf(presented);
  const accepting: string[] = [];
  for (const ring of rings) {
    const at = ring.find(digest);
    if (at < 0) continue;
    effects.accepted(ring, at);
    accepting.push(ring.namespace);
  }
  return accepting;
}

/** The verdict of every namespace of a route, independent of the others. */
export function judgeKeys(
  { namespaces }: Grant,
  keys: NamespaceKeyrings,
  presented: PresentedKey,
): readonly { readonly namespace: string; readonly verdict: KeyVerdict }[] {
  return namespaces.map((namespace) => {
    const ring = keys.get(namespace);
    if (ring === undefined) return { namespace, verdict: 'none' };
    if (ring === UNKNOWN_KEYS) return { namespace, verdict: 'unknown' };
    const isAccepted = presented.keyLines === 1 && ring.find(digestOf(presented)) >= 0;
    return { namespace, verdict: isAccepted ? 'accept' : 'refuse' };
  });
}

/**
 * Digests have one length, so comparing takes the same time for every presented key. Accepted values are base64 and so
 * ASCII; a string with any other character has another hash as UTF-8.
 */
function digestOf(presented: PresentedKey): Uint8Array {
  presented.keyDigest ??= hash('sha256', presented.key, 'buffer');
  return presented.keyDigest;
}
