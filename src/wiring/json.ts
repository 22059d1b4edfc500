import { keyOf, type ObjectId } from './object-id.ts';

/**
 * Reading untrusted JSON: own properties only, so that `__proto__` or `constructor` in an object of the cluster is
 * a key like any other and nothing is ever found on a prototype.
 */

/** The own property `key` of `value`, or undefined when `value` is not an object or has no such property. */
export function own(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** The own property `key` if it is a string. */
export function ownString(value: unknown, key: string): string | undefined {
  const found = own(value, key);
  return typeof found === 'string' ? found : undefined;
}

/** The own property `key` if it is an array, else an empty one. */
export function ownArray(value: unknown, key: string): readonly unknown[] {
  const found = own(value, key);
  return Array.isArray(found) ? found : [];
}

/**
 * Names from `metadata`; undefined when there is no usable name. A missing namespace means `default` and a missing uid
 * `namespace/name`, as in manifests written by hand. A `/` cannot be in a name: it would let two objects share a key.
 */
export function readIdentity(object: unknown): ObjectId | undefined {
  const metadata = own(object, 'metadata');
  const name = ownString(metadata, 'name');
  const namespace = ownString(metadata, 'namespace') || 'default';
  if (!name || name.includes('/') || namespace.includes('/')) return undefined;
  return { uid: ownString(metadata, 'uid') || keyOf({ namespace, name }), namespace, name };
}
