import type { KeyCounts } from '../boundary/figures.ts';
import type { RouteDelta } from '../boundary/delta.ts';
import { Keyring, UNKNOWN_KEYS } from './keyring.ts';

const DIGEST_BYTES = 32;

/** The keys of all namespaces at one worker. A namespace without an entry is open. */
export class Keyrings {
  readonly #rings = new Map<string, Keyring>();
  /** Keyrings with counts to report. Some may have been replaced meanwhile. */
  readonly #touched: Keyring[] = [];

  /** For `authorise`. */
  get all(): ReadonlyMap<string, Keyring> {
    return this.#rings;
  }

  apply({ reset, keys, keysUnknown, keysRemoved }: RouteDelta): void {
    if (reset) this.#rings.clear();
    for (const namespace of keysUnknown) this.#rings.set(namespace, UNKNOWN_KEYS);
    for (const { namespace, digests, fields } of keys) {
      const pairs = digests.map((it, at) => [Buffer.from(it, 'base64'), fields[at] ?? ''] as const);
      // An invalid digest matches no key: it is left out, and the namespace stays keyed.
      const usable = pairs.filter(([digest]) => digest.length === DIGEST_BYTES);
      this.#rings.set(namespace, new Keyring(this.#touched, namespace, usable));
    }
    for (const namespace of keysRemoved) this.#rings.delete(namespace);
  }

  /** The counts since the last call, of at most `most` namespaces; the others follow with later calls. */
  takeCounts(max: number): KeyCounts[] {
    return this.#touched.splice(0, max).map((ring) => ring.take());
  }
}
