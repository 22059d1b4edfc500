import type { NamespaceSecret } from '../wiring/secret.ts';
import type { NamespaceKeyRecord } from './delta.ts';

/** The part of a delta that is about keys. */
export interface KeyDelta {
  readonly keys: readonly NamespaceKeyRecord[];
  readonly keysRemoved: readonly string[];
}

/** Which namespaces have a key now, and what the workers were last told of them. */
export class NamespaceKeys {
  readonly #keys = new Map<string, NamespaceKeyRecord>();
  readonly #dirty = new Set<string>();
  readonly #published = new Map<string, NamespaceKeyRecord>();

  /** What the workers know. */
  get published(): readonly NamespaceKeyRecord[] {
    return [...this.#published.values()];
  }

  secretChanged(previous: NamespaceSecret | undefined, next: NamespaceSecret | undefined): void {
    if (previous !== undefined) {
      this.#keys.delete(previous.namespace);
      this.#dirty.add(previous.namespace);
    }
    if (next !== undefined) {
      this.#keys.set(next.namespace, { namespace: next.namespace, digests: next.digests });
      this.#dirty.add(next.namespace);
    }
  }

  /** What differs from what the workers were told last. */
  take(): KeyDelta {
    const keys: NamespaceKeyRecord[] = [];
    const keysRemoved: string[] = [];
    for (const namespace of this.#dirty) {
      const key = this.#keys.get(namespace);
      const before = this.#published.get(namespace);
      if (key === undefined) {
        if (this.#published.delete(namespace)) keysRemoved.push(namespace);
      } else if (before === undefined || before.digests.join() !== key.digests.join()) {
        this.#published.set(namespace, key);
        keys.push(key);
      }
    }
    this.#dirty.clear();
    return { keys, keysRemoved };
  }
}
