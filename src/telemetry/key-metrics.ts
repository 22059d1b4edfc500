import type { KeyCounts } from '../boundary/figures.ts';
import type { NamespaceKeyRecord, RouteDelta } from '../boundary/delta.ts';
import { type Family, labelText, slices } from './exposition.ts';

/** Why a request got 403. */
const CAUSES = ['missing-key', 'wrong-key', 'repeated-key', 'pod'] as const;
type Cause = (typeof CAUSES)[number];

/** What the metrics store about one keyed namespace. */
interface KnownNamespace {
  readonly namespace: string;
  /** Number of usable keys. */
  keys: number;
  readonly refused: Readonly<Record<Cause, { count: number }>>;
  /** Number of uses, by the field of the Secret. */
  uses: Map<string, number>;
}

/** The series of keyed namespaces. They exist while the namespace has a key Secret. */
export class KeyMetrics {
  readonly #namespaces = new Map<string, KnownNamespace>();

  /** Follows the published table. */
  follow({ reset, keys, keysUnknown, keysRemoved }: RouteDelta): void {
    if (reset) this.#namespaces.clear();
    for (const record of keys) this.#set(record);
    for (const namespace of [...keysUnknown, ...keysRemoved]) this.#namespaces.delete(namespace);
  }

  /** Drops increments for a namespace or a field that no longer exists. */
  add({ namespace, missing, wrong, repeated, byPod, uses }: KeyCounts): void {
    const known = this.#namespaces.get(namespace);
    if (known === undefined) return;
    const { refused } = known;
    refused['missing-key'].count += missing;
    refused['wrong-key'].count += wrong;
    refused['repeated-key'].count += repeated;
    refused.pod.count += byPod;
    for (const [field, count] of uses) {
      const before = known.uses.get(field);
      if (before !== undefined) known.uses.set(field, before + count);
    }
  }

  /** Renders every family, slice by slice. */
  async *render(): AsyncGenerator<string, void> {
    const items = [...this.#namespaces.values()];
    yield* slices(usableKeys(items));
    yield* slices(uses(items));
    yield* slices(forbidden(items));
  }

  #set({ namespace, digests, fields }: NamespaceKeyRecord): void {
    const before = this.#namespaces.get(namespace);
    const uses = new Map(fields.map((field) => [field, before?.uses.get(field) ?? 0]));
    if (before !== undefined) Object.assign(before, { keys: digests.length, uses });
    else this.#namespaces.set(namespace, { namespace, keys: digests.length, refused: noneRefused(), uses });
  }
}

function noneRefused(): KnownNamespace['refused'] {
  return {
    'missing-key': { count: 0 },
    'wrong-key': { count: 0 },
    'repeated-key': { count: 0 },
    pod: { count: 0 },
  };
}

function usableKeys(items: readonly KnownNamespace[]): Family<KnownNamespace> {
  const name = 'podway_namespace_keys';
  const help = 'Usable keys of a namespace that has the key Secret; with 0, every request gets 403';
  const lines = ({ namespace, keys }: KnownNamespace) => `${name}{${labelText({ namespace })}} ${keys}\n`;
  return { name, help, type: 'gauge', items, lines };
}

/** Includes unused keys: operators ask whether they can remove one. */
function uses(items: readonly KnownNamespace[]): Family<KnownNamespace> {
  const name = 'podway_key_uses_total';
  const help = "Requests accepted with a key, by the Secret's field that holds the key";
  const lines = ({ namespace, uses }: KnownNamespace) => {
    let text = '';
    for (const [field, count] of uses) text += `${name}{${labelText({ namespace, field })}} ${count}\n`;
    return text;
  };
  return { name, help, type: 'counter', items, lines };
}

function forbidden(items: readonly KnownNamespace[]): Family<KnownNamespace> {
  const name = 'podway_forbidden_total';
  const help =
    '403 responses for a namespace with a key: podway refused the key, or a pod refused the request';
  const lines = ({ namespace, refused }: KnownNamespace) => {
    let text = '';
    for (const cause of CAUSES)
      text += `${name}{${labelText({ namespace, cause })}} ${refused[cause].count}\n`;
    return text;
  };
  return { name, help, type: 'counter', items, lines };
}
