import { own, ownString, readIdentity } from './json.ts';
import type { ObjectId } from './object-id.ts';

/** The parts of a Namespace that podway keeps: its name, and the grants of hosts. */
export interface NamespaceObject extends ObjectId {
  /** Text of the annotation that grants it hosts; undefined if absent. */
  readonly grants?: string | undefined;
  /** Why the API server would refuse it; only a manifest can have a defect. podway reports it and applies no grant of it. */
  readonly defect?: string | undefined;
}

/**
 * Reads a Namespace; only its metadata are needed. Its own namespace reads as `default`, as for all objects without one.
 * Undefined if it has no name; other malformed fields read as absent.
 *
 * @param annotation name of the annotation with its grants
 */
export function readNamespace(object: unknown, annotation: string): NamespaceObject | undefined {
  const id = readIdentity(object);
  if (id === undefined) return undefined;
  const grants = ownString(own(own(object, 'metadata'), 'annotations'), annotation);
  const { uid, name } = id;
  return { uid, namespace: 'default', name, ...(grants !== undefined && { grants }) };
}

/** Whether all fields that podway keeps are equal. */
export function sameNamespace(a: NamespaceObject, b: NamespaceObject): boolean {
  return a.uid === b.uid && a.grants === b.grants && a.defect === b.defect;
}
