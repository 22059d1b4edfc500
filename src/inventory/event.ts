import type { ObjectId } from '../wiring/object-id.ts';

/**
 * An event from a source (an API server or a folder of manifests) to the inventory.
 *
 * There are five types, so that a relist cannot be mistaken for single changes. The objects between `init` and
 * `init-done` are a snapshot, and they have no effect before `init-done`. Then the whole snapshot takes effect, and
 * objects that it does not contain are deleted.
 */
export type ClusterEvent<T extends ObjectId> =
  | { readonly type: 'init' }
  | { readonly type: 'init-apply'; readonly object: T }
  | { readonly type: 'init-done' }
  | { readonly type: 'apply'; readonly object: T }
  | { readonly type: 'delete'; readonly object: ObjectId };
