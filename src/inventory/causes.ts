import type { Cause } from '../boundary/history.ts';
import type { ObjectId } from '../wiring/object-id.ts';
import type { ClusterEvent } from './event.ts';
import type { ObjectStore, Rest } from './object-store.ts';

/** Maximum number of causes that podway lists for one change; it only counts the others. */
const MAX_CAUSES = 10;

export interface GatheredCauses {
  readonly causes: readonly Cause[];
  readonly more: number;
}

/**
 * Gathers which objects changed since the last `take`. It keeps the first `MAX_CAUSES` and only counts the others, so a large
 * change does not take more memory.
 */
export class Causes {
  #first: Cause[] = [];
  #count = 0;
  /** The first list of a store is being processed. Its objects are not changes, because podway had no earlier state. */
  #isFirstList = false;

  /** An object was added, deleted or changed. */
  changed(kind: string, previous: ObjectId | undefined, next: ObjectId | undefined): void {
    if (this.#isFirstList) return;
    this.#count += 1;
    if (this.#first.length >= MAX_CAUSES) return;
    const { namespace = '', name = '' } = next ?? previous ?? {};
    const event = previous === undefined ? 'added' : next === undefined ? 'deleted' : 'changed';
    this.#first.push({ kind, namespace, name, event });
  }

  /** Passes the event to its store, which calls `changed`. Returns the remaining work. */
  deliver<T extends ObjectId>(kind: string, store: ObjectStore<T>, event: ClusterEvent<T>): Rest {
    if (event.type !== 'init-done') return store.handle(event);
    this.#listed(kind);
    return this.#list(store, event);
  }

  *#list<T extends ObjectId>(store: ObjectStore<T>, event: ClusterEvent<T>): Generator<void, void> {
    this.#isFirstList = !store.listed;
    yield* store.handle(event) ?? [];
    this.#isFirstList = false;
  }

  take(): GatheredCauses {
    const taken = { causes: this.#first, more: this.#count - this.#first.length };
    this.#first = [];
    this.#count = 0;
    return taken;
  }

  #listed(kind: string): void {
    this.#count += 1;
    if (this.#first.length < MAX_CAUSES) this.#first.push({ kind, namespace: '', name: '', event: 'listed' });
  }
}
