import { own, ownString, readIdentity } from './json.ts';
import type { ObjectId } from './object-id.ts';

/** What podway keeps of a Namespace: its name, and which hosts it holds. */
export interface NamespaceObject extends ObjectId {
  /** Text of the annotation that grants it hosts; undefined when absent. */
  readonly grants?: string | undefined;
  /** Why the API server would refuse it. Only manifests can have such a thing; it is reported, and grants nothing. */
  readonly defect?: string | undefined;
}

/**
 * Reads a Namespace, of which its metadata are enough. It is in no namespace itself: as everywhere, that reads as `default`.
 * Undefined when it has no name; anything else odd is absent.
 *
 * @param annotation names the annotation with its grants
 */
export function readNamespace(object: unknown, annotation: string): NamespaceObject | undefined {
  const id = readIdentity(object);
  if (id === undefined) return undefined;
  const grants = ownString(own(own(object, 'metadata'), 'annotations'), annotation);
  const { uid, name } = id;
  return { uid, namespace: 'default', name, ...(grants !== undefined && { grants }) };
}

/** Nothing that is kept differs. */
export function sameNamespace(a: NamespaceObject, b: NamespaceObject): boolean {
  return a.uid === b.uid && a.grants === b.grants && a.defect === b.defect;
}
