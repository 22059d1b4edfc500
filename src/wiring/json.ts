import { keyOf, type ObjectId } from './object-id.ts';

/**
 * Functions for untrusted JSON. They read own properties only, so `__proto__` or `constructor` in an object of the cluster
 * is a key like any other, and they return no property of a prototype.
 */

/** The own property `key` of `value`; undefined if `value` is not an object or has no such property. */
export function own(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** The own property `key` if it is a string. */
export function ownString(value: unknown, key: string): string | undefined {
  const found = own(value, key);
  return typeof found === 'string' ? found : undefined;
}

/** The own property `key` if it is an array, else an empty array. */
export function ownArray(value: unknown, key: string): readonly unknown[] {
  const found = own(value, key);
  return Array.isArray(found) ? found : [];
}

/**
 * The identity of an object from its `metadata`; undefined if it has no usable name. A missing namespace is read as
 * `default` and a missing uid as `namespace/name`: manifests written by hand lack them. A name with `/` is rejected, because
 * two objects could then have the same key.
 */
export function readIdentity(object: unknown): ObjectId | undefined {
  const metadata = own(object, 'metadata');
  const name = ownString(metadata, 'name');
  const namespace = ownString(metadata, 'namespace') || 'default';
  if (!name || name.includes('/') || namespace.includes('/')) return undefined;
  return { uid: ownString(metadata, 'uid') || keyOf({ namespace, name }), namespace, name };
}
