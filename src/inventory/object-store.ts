import { keyOf, type ObjectId, type ObjectName } from '../wiring/object-id.ts';
import type { ClusterEvent } from './event.ts';

/** The remaining work of an event; undefined: there is no more. */
export type Rest = Generator<void, void> | undefined;

/** Objects of a list that are compared between two yields. */
const YIELD_EVERY = 64;

/**
 * A copy of all objects of one kind, updated by the events of a source. It calls `changed` for every object that was
 * added, deleted or changed. `previous` is undefined for an added object, `next` for a deleted one.
 *
 * A relist is buffered and compared as a whole when it is complete, so no object disappears meanwhile. Objects are kept
 * by namespace and name. The uid distinguishes a late deletion of an earlier object from a deletion of the current one.
 */
export class ObjectStore<T extends ObjectId> {
  readonly #objects = new Map<string, T>();
  readonly #same: (a: T, b: T) => boolean;
  readonly #changed: (previous: T | undefined, next: T | undefined) => void;
  #relist: Map<string, T> | undefined;
  #listed = false;

  constructor(
    same: (a: T, b: T) => boolean,
    changed: (previous: T | undefined, next: T | undefined) => void,
  ) {
    this.#same = same;
    this.#changed = changed;
  }

  /** A list has been complete. */
  get listed(): boolean {
    return this.#listed;
  }

  has(id: ObjectName): boolean {
    return this.#objects.has(keyOf(id));
  }

  /** @param key see `keyOf` */
  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  /**
   * Processes an event and returns the remaining work. A list is compared in pieces, and the caller must finish it
   * before the next event.
   */
  handle(event: ClusterEvent<T>): Rest {
    switch (event.type) {
      case 'init':
        this.#relist = new Map();
        break;
      case 'init-apply':
        this.#relist?.set(keyOf(event.object), event.object);
        break;
      case 'init-done':
        return this.#replace();
      case 'apply':
        this.#apply(event.object);
        this.#relist?.set(keyOf(event.object), event.object);
        break;
      case 'delete':
        this.#delete(event.object);
        break;
    }
    return undefined;
  }

  *#replace(): Generator<void, void> {
    const relist = this.#relist;
    if (relist === undefined) return;
    this.#relist = undefined;
    this.#listed = true;
    // Deletions come first, also that of an earlier object with the same name. So a namespace keeps one of its pods
    // only if this pod stays (see `NamespaceKeys`).
    let compared = 0;
    for (const [key, object] of this.#objects) {
      if (++compared % YIELD_EVERY === 0) yield;
      const stays = relist.get(key);
      if (stays !== undefined && names(object, stays)) continue;
      this.#objects.delete(key);
      this.#changed(object, undefined);
    }
    for (const object of relist.values()) {
      if (++compared % YIELD_EVERY === 0) yield;
      this.#apply(object);
    }
  }

  #apply(object: T): void {
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    if (previous !== undefined && this.#same(previous, object)) return;
    this.#objects.set(key, object);
    this.#changed(previous, object);
  }

  #delete(id: ObjectId): void {
    const key = keyOf(id);
    const pending = this.#relist?.get(key);
    if (pending !== undefined && names(id, pending)) this.#relist?.delete(key);
    const object = this.#objects.get(key);
    if (object === undefined || !names(id, object)) return;
    this.#objects.delete(key);
    this.#changed(object, undefined);
  }
}

/** True when `id` means `object`. Where one of them has no uid (a source may lose it), the name decides. */
function names(id: ObjectId, object: ObjectId): boolean {
  return id.uid === '' || object.uid === '' || id.uid === object.uid;
}
