import { hash } from 'node:crypto';
import { own, ownString, readIdentity } from './json.ts';
import type { ObjectId } from './object-id.ts';
import { compareText } from './order.ts';
import { printable, type Rejection } from './rejection.ts';

/** The keys of a namespace as digests. podway does not keep the keys. */
export interface NamespaceSecret extends ObjectId {
  /** SHA-256 (base64) of each accepted header value, sorted. Empty: no usable key, so podway refuses every request. */
  readonly digests: readonly string[];
  /** For each digest, the first field with that key; '' for the digests after the first MAX_NAMED_KEYS. */
  readonly fields: readonly string[];
  readonly rejections: readonly Rejection[];
}

/**
 * Reads the keys of a Secret: `field` and, for rotation, every `field.suffix`. The header value that a client must send is
 * the standard padded base64 of the key's bytes, as in `.data`. `stringData` (in manifests written by hand) is text and
 * overrides `data`, as in Kubernetes. Only the first MAX_KEYS fields count, in the order of their names. Undefined if the
 * object has no name.
 */
export function readSecret(object: unknown, field: string): NamespaceSecret | undefined {
  const identity = readIdentity(object);
  if (identity === undefined) return undefined;
  const digests = new Map<string, string>();
  const rejections: Rejection[] = [];
  const reject = (reason: Rejection['reason'], name: string): void => {
    rejections.push({ object: { kind: 'Secret', ...identity }, reason, detail: printable(name) });
  };
  const names = keyFields(object, field);
  const further = names.splice(MAX_KEYS).length;
  for (const name of names) {
    const value = headerValue(object, name);
    if (value === undefined) reject('key-malformed', name);
    else if (value === '') reject('key-empty', name);
    else addTo(digests, hash('sha256', value, 'base64'), printable(name));
  }
  if (further > 0) reject('too-many-keys', `${further} further fields`);
  if (digests.size === 0 && rejections.length === 0) reject('key-missing', field);
  const sorted = [...digests].sort(([a], [b]) => compareText(a, b));
  return { ...identity, digests: sorted.map(([it]) => it), fields: sorted.map(([, it]) => it), rejections };
}

/** podway compares a presented key with all keys of a namespace: with a Secret of 1 MiB that would take milliseconds. */
const MAX_KEYS = 100;

/** Maximum number of keys whose fields metrics and log name: users who may write the Secret choose the number of fields. */
const MAX_NAMED_KEYS = 16;

function addTo(digests: Map<string, string>, digest: string, field: string): void {
  if (!digests.has(digest)) digests.set(digest, digests.size < MAX_NAMED_KEYS ? field : '');
}

/** Whether keys and rejections are equal: an event that changes only other fields is ignored. */
export function sameSecret(a: NamespaceSecret, b: NamespaceSecret): boolean {
  return (
    a.uid === b.uid &&
    a.digests.join() === b.digests.join() &&
    a.fields.join() === b.fields.join() &&
    JSON.stringify(a.rejections) === JSON.stringify(b.rejections)
  );
}

function keyFields(object: unknown, field: string): string[] {
  const names = new Set<string>();
  for (const part of [own(object, 'data'), own(object, 'stringData')]) {
    if (typeof part !== 'object' || part === null) continue;
    for (const name of Object.keys(part)) {
      if (name === field || (name.startsWith(`${field}.`) && name.length > field.length + 1)) names.add(name);
    }
  }
  return [...names].sort();
}

/** Undefined if the field is not base64. As in Go and YAML, line breaks are accepted; other spellings of the bytes are not. */
function headerValue(object: unknown, name: string): string | undefined {
  const text = textOf(own(object, 'stringData'), name);
  if (text !== undefined) return Buffer.from(text, 'utf8').toString('base64');
  const data = textOf(own(object, 'data'), name)?.replace(/[\r\n]/g, '');
  return data !== undefined && Buffer.from(data, 'base64').toString('base64') === data ? data : undefined;
}

/** As in the API server, `null` in a map is an empty text. */
function textOf(part: unknown, name: string): string | undefined {
  return own(part, name) === null ? '' : ownString(part, name);
}
