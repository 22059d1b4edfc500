import type { ObjectId } from '../wiring/object-id.ts';

/**
 * What a source of truth (a cluster's watch, a folder of manifests) reports to the inventory.
 *
 * Five kinds, so that a relist cannot be mistaken for live traffic: between `init` and `init-done` the objects are a
 * snapshot in the making and nothing of it is live; `init-done` makes it live as a whole, and what it did not name is gone.
 */
export type ClusterEvent<T extends ObjectId> =
  | { readonly type: 'init' }
  | { readonly type: 'init-apply'; readonly object: T }
  | { readonly type: 'init-done' }
  | { readonly type: 'apply'; readonly object: T }
  | { readonly type: 'delete'; readonly object: ObjectId };
