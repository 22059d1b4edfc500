import type { ObjectId } from '../../wiring/object-id.ts';
import type { SuspectReason } from '../kind.ts';

/** What a document or a file says that concerns podway. */
export interface Contents {
  readonly objects: ObjectLists;
  readonly suspects: readonly Suspect[];
}

/** Objects in the order of the documents, by the name of their kind; a kind without objects may be absent. */
export type ObjectLists = Readonly<Record<string, readonly ObjectId[]>>;

/** A document that may be meant as a namespace's key but cannot be used. Its namespace must not be open. */
export interface Suspect extends SuspectReason {
  /** Its namespace: a name; a number or a boolean that YAML made of a name without quotes; undefined if unknown. */
  readonly namespace: string | number | boolean | undefined;
}

/** All objects of several parts, in the order of the parts. */
export function joinObjects(parts: readonly ObjectLists[]): ObjectLists {
  const joined: Record<string, ObjectId[]> = {};
  for (const part of parts) {
    for (const [name, objects] of Object.entries(part)) {
      const all = (joined[name] ??= []);
      for (const object of objects) all.push(object);
    }
  }
  return joined;
}

/** The objects of each kind that `choose` accepts. */
export function filterObjects(
  lists: ObjectLists,
  choose: (name: string, object: ObjectId) => boolean,
): ObjectLists {
  const chosen = Object.entries(lists).map(([name, objects]) => [
    name,
    objects.filter((it) => choose(name, it)),
  ]);
  return Object.fromEntries(chosen) as ObjectLists;
}
