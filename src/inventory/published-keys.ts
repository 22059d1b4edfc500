import type { NamespaceKeyRecord } from '../boundary/delta.ts';
import { compareText } from '../wiring/order.ts';

/** The part of a delta that is about keys. */
export interface KeyDelta {
  readonly keys: readonly NamespaceKeyRecord[];
  readonly keysUnknown: readonly string[];
  readonly keysRemoved: readonly string[];
}

export interface KeyListing {
  /** `deleted`: the Secret is gone, and its keys stay in force for a while. */
  readonly keyed: readonly { readonly namespace: string; readonly keys: number; readonly deleted: boolean }[];
  /** Closed (503) until it is known whether they have a Secret. */
  readonly unknown: readonly string[];
}

/** What a namespace is to the workers: guarded by keys, closed because it is unknown whether it has any, or open. */
export type KeyState = NamespaceKeyRecord | 'unknown' | 'open';

/** What the workers know of namespaces and keys, and which namespaces may differ from it by now. */
export class PublishedKeys {
  readonly #stateOf: (namespace: string) => KeyState;
  readonly #records = new Map<string, NamespaceKeyRecord>();
  readonly #unknown = new Set<string>();
  readonly #changed = new Set<string>();

  /** @param stateOf what a namespace is now */
  constructor(stateOf: (namespace: string) => KeyState) {
    this.#stateOf = stateOf;
  }

  /** Namespaces that are closed until it is known whether they have a Secret. */
  get unknown(): ReadonlySet<string> {
    return this.#unknown;
  }

  /** The state of the namespace may be another one. */
  changed(namespace: string): void {
    this.#changed.add(namespace);
  }

  /** What differs from what the workers know. Costs as much as has changed. */
  take(): KeyDelta {
    const keys: NamespaceKeyRecord[] = [];
    const keysUnknown: string[] = [];
    const keysRemoved: string[] = [];
    for (const namespace of this.#changed) {
      const state = this.#stateOf(namespace);
      if (sameState(this.#publishedOf(namespace), state)) continue;
      this.#records.delete(namespace);
      this.#unknown.delete(namespace);
      if (state === 'open') keysRemoved.push(namespace);
      else if (state === 'unknown') {
        this.#unknown.add(namespace);
        keysUnknown.push(namespace);
      } else {
        this.#records.set(namespace, state);
        keys.push(state);
      }
    }
    this.#changed.clear();
    return { keys, keysUnknown, keysRemoved };
  }

  /** All that the workers know, for one that starts now. */
  whole(): KeyDelta {
    return { keys: [...this.#records.values()], keysUnknown: [...this.#unknown], keysRemoved: [] };
  }

  /**
   * What the workers know, sorted for people.
   *
   * @param deleted namespaces whose Secret is gone
   */
  listing(deleted: ReadonlyMap<string, unknown>): KeyListing {
    const keyed = Array.from(this.#records.values(), ({ namespace, digests }) => {
      return { namespace, keys: digests.length, deleted: deleted.has(namespace) };
    });
    return {
      keyed: keyed.sort((a, b) => compareText(a.namespace, b.namespace)),
      unknown: [...this.#unknown].sort(compareText),
    };
  }

  #publishedOf(namespace: string): KeyState {
    return this.#records.get(namespace) ?? (this.#unknown.has(namespace) ? 'unknown' : 'open');
  }
}

function sameState(a: KeyState, b: KeyState): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.digests.join() === b.digests.join() && a.fields.join() === b.fields.join();
}
