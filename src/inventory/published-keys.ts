import type { NamespaceKeyRecord } from '../boundary/delta.ts';
import { compareText } from '../wiring/order.ts';

/** The part of a delta that contains keys. */
export interface KeyDelta {
  readonly keys: readonly NamespaceKeyRecord[];
  readonly keysUnknown: readonly string[];
  readonly keysRemoved: readonly string[];
}

export interface KeyListing {
  /** `deleted`: the Secret was deleted, and its keys stay in force for some time. */
  readonly keyed: readonly { readonly namespace: string; readonly keys: number; readonly deleted: boolean }[];
  /** Closed (503) until podway knows whether they have a Secret. */
  readonly unknown: readonly string[];
}

/**
 * The state of a namespace for the workers: guarded by keys, closed because podway does not know whether it has any, or
 * open.
 */
export type KeyState = NamespaceKeyRecord | 'unknown' | 'open';

/** The keys that the workers have, and the namespaces for which this may be out of date. */
export class PublishedKeys {
  readonly #stateOf: (namespace: string) => KeyState;
  readonly #records = new Map<string, NamespaceKeyRecord>();
  readonly #unknown = new Set<string>();
  readonly #changed = new Set<string>();

  /** @param stateOf the current state of a namespace */
  constructor(stateOf: (namespace: string) => KeyState) {
    this.#stateOf = stateOf;
  }

  /** Namespaces that are closed until podway knows whether they have a Secret. */
  get unknown(): ReadonlySet<string> {
    return this.#unknown;
  }

  /** The state of the namespace may have changed. */
  changed(namespace: string): void {
    this.#changed.add(namespace);
  }

  /** The differences from what the workers have. Costs work in proportion to what has changed. */
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

  /** Everything that the workers have, for a new worker. */
  whole(): KeyDelta {
    return { keys: [...this.#records.values()], keysUnknown: [...this.#unknown], keysRemoved: [] };
  }

  /**
   * What the workers have, sorted for display.
   *
   * @param deleted namespaces whose Secret was deleted
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
