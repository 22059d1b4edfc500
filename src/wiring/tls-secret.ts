import { own, ownString, readIdentity } from './json.ts';
import type { ObjectId } from './object-id.ts';

/** Text of a chain and its key from their source, not parsed yet: parsing takes a quarter of a millisecond. */
export interface PairText {
  /** Common part of the names of its files or fields: `tls` for `tls.crt` and `tls.key`. */
  readonly name: string;
  /** Text of the file or field; undefined: absent. */
  readonly chain: string | undefined;
  /** Text of the private key, which is secret; undefined: absent. */
  readonly key: string | undefined;
}

/** A Secret with certificates. */
export interface TlsSecret extends ObjectId {
  /** Creation time in milliseconds since 1970; Infinity if it is missing, as in a manifest. */
  readonly created: number;
  /** At most MAX_PAIRS pairs: `tls` first, then in the order of their names. */
  readonly pairs: readonly PairText[];
  /** Number of pairs above the limit. */
  readonly further: number;
}

/** Maximum length of the text of a chain or a key, in characters. */
export const MAX_TEXT_LENGTH = 64 * 1024;
/** Limits the work of the main thread: a Secret of 1 MiB may contain very many pairs. */
export const MAX_PAIRS = 20;

/** cert-manager writes the issuer's certificate to `ca.crt`, which is not part of a pair. */
const ISSUER = 'ca';

/**
 * Reads the pairs of a Secret: `tls.crt` with `tls.key`, and every further `NAME.crt` with `NAME.key`. `stringData`
 * (in manifests written by hand) overrides `data`, as in Kubernetes. Undefined if the object has no name.
 */
export function readTlsSecret(object: unknown): TlsSecret | undefined {
  const identity = readIdentity(object);
  if (identity === undefined) return undefined;
  const created = Date.parse(ownString(own(object, 'metadata'), 'creationTimestamp') ?? '');
  const names = pairNames(object);
  const further = names.splice(MAX_PAIRS).length;
  const pairs = names.map((name) => ({
    name,
    chain: fieldText(object, `${name}.crt`),
    key: fieldText(object, `${name}.key`),
  }));
  return { ...identity, created: Number.isNaN(created) ? Infinity : created, pairs, further };
}

/** Whether all fields that podway keeps are equal. */
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

/** `tls` first, then in the order of the names. */
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

/**
 * Decodes as Latin-1: PEM is ASCII, and other bytes stay recognisable as not PEM. The text is cut one character above the
 * maximum, so the reader still sees that it is too long.
 */
function fieldText(object: unknown, field: string): string | undefined {
  const text = ownString(own(object, 'stringData'), field);
  if (text !== undefined) return text.slice(0, MAX_TEXT_LENGTH + 1);
  const data = own(own(object, 'data'), field);
  if (data === null) return '';
  if (typeof data !== 'string') return undefined;
  return Buffer.from(data.slice(0, 2 * MAX_TEXT_LENGTH), 'base64')
    .toString('latin1')
    .slice(0, MAX_TEXT_LENGTH + 1);
}
