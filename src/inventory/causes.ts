import type { Cause } from '../boundary/history.ts';
import type { ObjectId } from '../wiring/object-id.ts';
import type { ClusterEvent } from './event.ts';
import type { ObjectStore, Rest } from './object-store.ts';

/** Kept of one change; the others are counted. */
const MOST = 10;

export interface GatheredCauses {
  readonly causes: readonly Cause[];
  readonly more: number;
}

/** Which objects have changed since the last call: the first ones, and how many there were. Costs nothing more for the others. */
export class Causes {
  #first: Cause[] = [];
  #count = 0;
  /** A list is being processed: it contains objects as they are, not how they changed. */
  #isFirstList = false;

  /** An object was added, deleted or changed. */
  changed(kind: string, previous: ObjectId | undefined, next: ObjectId | undefined): void {
    if (this.#isFirstList) return;
    this.#count += 1;
    if (this.#first.length >= MOST) return;
    const { namespace = '', name = '' } = next ?? previous ?? {};
    const event = previous === undefined ? 'added' : next === undefined ? 'deleted' : 'changed';
    this.#first.push({ kind, namespace, name, event });
  }

  /** Gives the event to its store, which calls `changed`; returns the remaining work. */
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
    if (this.#first.length < MOST) this.#first.push({ kind, namespace: '', name: '', event: 'listed' });
  }
}
