import { own, ownString } from '../../wiring/json.ts';
import type { Suspect } from './selected.ts';
import { scalarValue } from '../yaml.ts';

/** The Secret that holds a namespace's keys. */
export interface KeySecret {
  readonly secretName: string;
  readonly secretField: string;
}

/** Kinds of the API's core group, and of a kubeconfig. An object of such a kind is certainly not of another kind. */
const CORE_KINDS: ReadonlySet<string> = new Set([
  'Binding',
  'ComponentStatus',
  'Config',
  'ConfigMap',
  'Endpoints',
  'Event',
  'LimitRange',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Pod',
  'PodTemplate',
  'ReplicationController',
  'ResourceQuota',
  'Secret',
  'Service',
  'ServiceAccount',
]);

/**
 * Why kubectl would not accept an object of this kind; undefined if it would, as far as podway can know without the
 * cluster's own kinds.
 */
export function kindProblem(apiVersion: string | undefined, kind: string | undefined): string | undefined {
  if (apiVersion === undefined && kind === undefined) return 'has no apiVersion and kind';
  if (kind === undefined) return 'has no kind';
  if (apiVersion === undefined) return 'has no apiVersion';
  if (apiVersion.includes('/')) return undefined;
  if (apiVersion === 'v1' && CORE_KINDS.has(kind)) return undefined;
  return `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`;
}

/** Whether the object is certainly not a Secret with a misspelt kind. */
function isOtherKind(object: unknown): boolean {
  const kind = ownString(object, 'kind');
  if (kind === undefined || kind === 'Secret') return false;
  return (
    CORE_KINDS.has(kind) || (ownString(object, 'apiVersion')?.includes('/') === true && !/secret/i.test(kind))
  );
}

/**
 * Whether an object that is not a usable Secret may be meant as the Secret with its namespace's keys, and for which
 * namespace. In doubt it may: to refuse requests is better than to lose the key.
 */
export function suspectedSecret(
  object: unknown,
  { secretName, secretField }: KeySecret,
): Pick<Suspect, 'namespace'> | undefined {
  if (typeof object !== 'object' || object === null || isOtherKind(object)) return undefined;
  const metadata = own(object, 'metadata') ?? {};
  if (typeof metadata !== 'object' || Array.isArray(metadata)) {
    return looksLikeSecret(object, secretField) ? { namespace: undefined } : undefined;
  }
  const name = own(metadata, 'name') ?? '';
  const named = name !== '' && typeof name !== 'object';
  const meant = named
    ? isNamed(name, secretName)
    : looksLikeSecret(object, secretField) && !ownString(metadata, 'generateName');
  return meant ? { namespace: namespaceOf(metadata) } : undefined;
}

function isNamed(name: unknown, expected: string): boolean {
  return typeof name === 'string' ? name.trim().toLowerCase() === expected : scalarValue(expected) === name;
}

function namespaceOf(metadata: object): Suspect['namespace'] {
  const namespace = own(metadata, 'namespace') ?? '';
  if (typeof namespace === 'string') return namespace.trim().toLowerCase() || 'default';
  return typeof namespace === 'number' || typeof namespace === 'boolean' ? namespace : undefined;
}

/** By its kind, or by its fields. */
function looksLikeSecret(object: object, field: string): boolean {
  if (/^s[ecr]{2,6}t/i.test(ownString(object, 'kind') ?? '')) return true;
  return ['data', 'stringData'].some((part) => {
    const fields = own(object, part);
    return (
      typeof fields === 'object' &&
      fields !== null &&
      Object.keys(fields).some((key) => key.startsWith(field))
    );
  });
}

/** Whether an unreadable text may contain such a Secret. Zero bytes come from UTF-16. */
export function mayHideSecret(text: string, { secretName, secretField }: KeySecret): boolean {
  const plain = text.includes('\0') ? text.replaceAll('\0', '') : text;
  return (
    /secret/i.test(plain) ||
    plain.includes(secretField) ||
    new RegExp(`\\b${escaped(secretName)}\\b`).test(plain)
  );
}

function escaped(text: string): string {
  return text.replace(/[^\w]/g, '\\$&');
}
