import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { kindOf, resourceOf } from './kinds.ts';

export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
}

export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** An object as a test writes it: the server adds what is missing. */
export interface ObjectInput {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata: Partial<Metadata> & { readonly name: string };
  readonly [field: string]: unknown;
}

export interface Change {
  readonly version: number;
  /** As it was before; undefined when it was created. */
  readonly previous: ApiObject | undefined;
  /** As it is now; undefined when it was deleted. */
  readonly current: ApiObject | undefined;
}

/** A list of a past version. */
export interface KeptList {
  readonly version: string;
  readonly objects: readonly ApiObject[];
}

/** What etcd held at a moment. */
export interface Backup {
  readonly version: number;
  readonly objects: ReadonlyMap<string, ReadonlyMap<string, ApiObject>>;
}

/**
 * What etcd and the watch cache do: one version counter for all resources, a bounded history of each, and lists of a
 * past version for as long as that is not compacted.
 */
export class ObjectStore {
  version = 1000;
  readonly #objects = new Map<string, Map<string, ApiObject>>();
  readonly #history = new Map<string, Change[]>();
  readonly #listeners = new Set<(resource: string, change: Change) => void>();
  readonly #kept = new Map<string, KeptList>();
  readonly #window: number;
  #compacted = 0;

  /** @param window changes kept per resource; older versions can no longer be watched */
  constructor(window: number) {
    this.#window = window;
  }

  /** Creates or replaces. An update that changes nothing has no event and no new version, as in a real server. */
  put(input: ObjectInput): ApiObject {
    const resource = resourceOf(input.kind);
    const { apiVersion, namespaced } = kindOf(resource);
    const { name, namespace = namespaced ? 'default' : '', ...metadata } = input.metadata;
    const objects = this.#of(resource);
    const previous = objects.get(`${namespace}/${name}`);
    const stamp = (resourceVersion: string): ApiObject => ({
      ...withPlainSecret(input),
      apiVersion,
      metadata: {
        creationTimestamp: previous?.metadata['creationTimestamp'] ?? '2026-01-01T00:00:00Z',
        ...metadata,
        name,
        namespace,
        uid: metadata.uid ?? previous?.metadata.uid ?? randomUUID(),
        resourceVersion,
      },
    });
    if (previous && isDeepStrictEqual(stamp(previous.metadata.resourceVersion), previous)) return previous;
    const current = structuredClone(stamp(String(++this.version)));
    objects.set(`${namespace}/${name}`, current);
    this.#record(resource, { version: this.version, previous, current });
    return current;
  }

  remove(resource: string, namespace: string, name: string): ApiObject | undefined {
    const previous = this.get(resource, namespace, name);
    if (previous === undefined) return undefined;
    this.#of(resource).delete(`${namespace}/${name}`);
    this.#record(resource, { version: ++this.version, previous, current: undefined });
    return previous;
  }

  get(resource: string, namespace: string, name: string): ApiObject | undefined {
    return this.#of(resource).get(`${namespace}/${name}`);
  }

  /** In the order of etcd keys. */
  list(resource: string): ApiObject[] {
    const entries = [...this.#of(resource)].sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([, object]) => object);
  }

  /** Keeps a list as it is at this version, for the pages that follow the first. */
  keep(list: KeptList): string {
    const id = randomUUID();
    this.#kept.set(id, list);
    return id;
  }

  kept(id: string): KeptList | undefined {
    return this.#kept.get(id);
  }

  /** Changes after `version`; undefined when some of them are forgotten. */
  since(resource: string, version: number): Change[] | undefined {
    const history = this.#history.get(resource) ?? [];
    if (version < this.#compacted) return undefined;
    const oldest = history[0];
    if (history.length >= this.#window && oldest !== undefined && version < oldest.version - 1)
      return undefined;
    return history.filter((change) => change.version > version);
  }

  /** Forgets all history and all kept lists, as etcd does every five minutes. */
  compact(): void {
    this.#compacted = ++this.version;
    this.#history.clear();
    this.#kept.clear();
  }

  backup(): Backup {
    return {
      version: this.version,
      objects: new Map([...this.#objects].map(([key, it]) => [key, new Map(it)])),
    };
  }

  /** Everything is as it was, the counter too; no history is known from before. */
  restore({ version, objects }: Backup): void {
    this.#objects.clear();
    for (const [resource, kept] of objects) this.#objects.set(resource, new Map(kept));
    this.version = version;
    this.#compacted = version;
    this.#history.clear();
    this.#kept.clear();
  }

  subscribe(listener: (resource: string, change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #of(resource: string): Map<string, ApiObject> {
    const found = this.#objects.get(resource) ?? new Map<string, ApiObject>();
    this.#objects.set(resource, found);
    return found;
  }

  #record(resource: string, change: Change): void {
    const history = this.#history.get(resource) ?? [];
    history.push(change);
    if (history.length > this.#window) history.shift();
    this.#history.set(resource, history);
    for (const listener of this.#listeners) listener(resource, change);
  }
}

/** `stringData` is write-only: what it says becomes `data`. */
function withPlainSecret(input: ObjectInput): ObjectInput {
  const { stringData, ...object } = input;
  if (input.kind !== 'Secret' || typeof stringData !== 'object' || stringData === null) return input;
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ]);
  return { ...object, data: Object.assign({}, object['data'], Object.fromEntries(encoded)) };
}
