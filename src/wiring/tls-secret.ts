import { own, ownString, readIdentity } from './json.ts';
import type { ObjectId } from './object-id.ts';

/** A chain and a key as their source has them, not read yet: reading them costs a quarter of a millisecond. */
export interface PairText {
  /** `tls` of `tls.crt` and `tls.key`. */
  readonly name: string;
  /** Text of the file or field; undefined: there is none. */
  readonly chain: string | undefined;
  /** Secret. */
  readonly key: string | undefined;
}

/** A Secret with certificates. */
export interface TlsSecret extends ObjectId {
  /** Milliseconds since 1970; Infinity where it is missing, as in a manifest. */
  readonly created: number;
  /** In the order of their names, MOST_PAIRS at most. */
  readonly pairs: readonly PairText[];
  /** Pairs above the limit. */
  readonly further: number;
}

/** The longest text that is kept of a chain or a key. */
export const MOST_TEXT = 64 * 1024;
/** The owner of a Secret writes as many as 1 MiB holds, and each is work for the control plane. */
export const MOST_PAIRS = 20;

/** cert-manager writes the issuer's certificate here: no pair. */
const ISSUER = 'ca';

/**
 * Reads the pairs of a Secret: `tls.crt` with `tls.key`, and every further `NAME.crt` with `NAME.key`. `stringData`
 * (manifests written by hand) wins over `data`, as in Kubernetes. Undefined when the object has no name.
 */
export function readTlsSecret(object: unknown): TlsSecret | undefined {
  const identity = readIdentity(object);
  if (identity === undefined) return undefined;
  const created = Date.parse(ownString(own(object, 'metadata'), 'creationTimestamp') ?? '');
  const names = pairNames(object);
  const further = names.splice(MOST_PAIRS).length;
  const pairs = names.map((name) => ({
    name,
    chain: fieldText(object, `${name}.crt`),
    key: fieldText(object, `${name}.key`),
  }));
  return { ...identity, created: Number.isNaN(created) ? Infinity : created, pairs, further };
}

/** Nothing that is kept differs. */
export function sameTlsSecret(a: TlsSecret, b: TlsSecret): boolean {
  return (
    a.uid === b.uid &&
    a.created === b.created &&
    a.further === b.further &&
    a.pairs.length === b.pairs.length &&
    a.pairs.every((pair, at) => samePair(pair, b.pairs[at]))
  );
}

export function samePair(a: PairText, b: PairText | undefined): boolean {
  return a.name === b?.name && a.chain === b.chain && a.key === b.key;
}

/** `tls` first, then in the order of the alphabet. */
function pairNames(object: unknown): string[] {
  const names = new Set<string>();
  for (const part of [own(object, 'data'), own(object, 'stringData')]) {
    if (typeof part !== 'object' || part === null) continue;
    for (const field of Object.keys(part)) {
      const name = /^(.+)\.(?:crt|key)$/.exec(field)?.[1];
      if (name !== undefined && name !== ISSUER) names.add(name);
    }
  }
  const isMain = names.delete('tls');
  return [...(isMain ? ['tls'] : []), ...[...names].sort()];
}

/** PEM is ASCII, so bytes that are none stay recognisable as such. Cut a little above what is accepted. */
function fieldText(object: unknown, field: string): string | undefined {
  const text = ownString(own(object, 'stringData'), field);
  if (text !== undefined) return text.slice(0, MOST_TEXT + 1);
  const data = own(own(object, 'data'), field);
  if (data === null) return '';
  if (typeof data !== 'string') return undefined;
  return Buffer.from(data.slice(0, 2 * MOST_TEXT), 'base64')
    .toString('latin1')
    .slice(0, MOST_TEXT + 1);
}
