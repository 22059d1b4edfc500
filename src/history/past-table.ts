import {
  type EndpointRecord,
  NO_CHANGES,
  type NamespaceKeyRecord,
  type RouteDelta,
  type RouteName,
  type RouteRecord,
} from '../boundary/delta.ts';
import type { KeyState, TableCopy, Undo } from './table-copy.ts';

/**
 * An earlier table: the current one, with changes taken back one after the other, the newest first. It may contain the
 * routes of some hosts only. The current table does not change.
 */
export class PastTable {
  readonly #now: TableCopy;
  readonly #hosts: Map<string, Map<string, number>>;
  /** The hosts of this table; undefined: all. */
  readonly #only: ReadonlySet<string> | undefined;
  readonly #sets = new Map<number, readonly number[]>();
  readonly #endpoints = new Map<number, EndpointRecord | undefined>();
  readonly #keys = new Map<string, KeyState>();
  #synced: boolean;
  #members: Map<number, EndpointRecord> | undefined;
  #lookedAt = 0;

  /** @param hosts whose routes it contains; undefined: all */
  constructor(now: TableCopy, hosts: ReadonlySet<string> | undefined) {
    this.#now = now;
    this.#synced = now.synced;
    this.#only = hosts;
    const kept = hosts ?? now.hosts.keys();
    this.#hosts = new Map(Array.from(kept, (host) => [host, new Map(now.hosts.get(host))]));
  }

  takeBack({ synced, routes, endpoints, sets, keys }: Undo): void {
    for (const [{ host, path }, set] of routes) if (this.isOf(host)) this.#setRoute(host, path, set);
    for (const [number, record] of endpoints) {
      this.#endpoints.set(number, record);
      if (record !== undefined && this.#members?.has(number) === true) this.#members.set(number, record);
    }
    for (const [set, members] of sets) this.#sets.set(set, members);
    for (const [namespace, state] of keys) this.#keys.set(namespace, state);
    this.#synced = synced;
  }

  isOf(host: string): boolean {
    return this.#only?.has(host) ?? true;
  }

  has({ host, path }: RouteName): boolean {
    return this.#hosts.get(host)?.has(path) ?? false;
  }

  endpoint(number: number): EndpointRecord | undefined {
    return this.#endpoints.has(number) ? this.#endpoints.get(number) : this.#now.endpoints.get(number);
  }

  keyOf(namespace: string): KeyState {
    return this.#keys.get(namespace) ?? this.#now.keyOf(namespace);
  }

  /** The routes of the hosts. */
  *routes(): Generator<RouteRecord, void> {
    for (const [host, paths] of this.#hosts) for (const [path, set] of paths) yield { host, path, set };
  }

  /** The endpoints of the hosts' routes, by number. When these may be others, the next call returns another map. */
  members(): ReadonlyMap<number, EndpointRecord> {
    return (this.#members ??= this.#findMembers());
  }

  /** The namespaces of these endpoints. */
  namespaces(): Set<string> {
    const members = this.members();
    this.#lookedAt += members.size;
    return new Set(Array.from(members.values(), (it) => it.namespace));
  }

  /** Number of endpoints examined so far. */
  get lookedAt(): number {
    return this.#lookedAt;
  }

  #findMembers(): Map<number, EndpointRecord> {
    const found = new Map<number, EndpointRecord>();
    for (const set of new Set(Array.from(this.routes(), (it) => it.set)))
      for (const number of this.#set(set)) {
        const record = this.endpoint(number);
        if (record !== undefined) found.set(number, record);
        this.#lookedAt += 1;
      }
    return found;
  }

  /** The whole table as a delta for a new worker, without certificates. */
  whole(revision: number): RouteDelta {
    const routes = [...this.routes()];
    const numbers = new Set(routes.map((it) => it.set));
    const endpoints = [...this.members().values()];
    const states = [...new Set(this.#keyed())].map((it) => [it, this.keyOf(it)] as const);
    return {
      ...NO_CHANGES,
      revision,
      reset: true,
      synced: this.#synced,
      routes,
      sets: Array.from(numbers, (set) => ({ set, endpoints: this.#set(set) })),
      endpoints,
      keys: states.map(([, state]) => state).filter(isRecord),
      keysUnknown: states.filter(([, state]) => state === 'unknown').map(([namespace]) => namespace),
    };
  }

  /** The namespaces whose keys matter: all, or those of the pods in this part of the table. */
  #keyed(): Iterable<string> {
    return this.#only === undefined ? [...this.#now.keys.keys(), ...this.#keys.keys()] : this.namespaces();
  }

  #set(set: number): readonly number[] {
    return this.#sets.get(set) ?? this.#now.sets.get(set) ?? [];
  }

  #setRoute(host: string, path: string, set: number | undefined): void {
    this.#members = undefined;
    let paths = this.#hosts.get(host);
    if (paths === undefined) this.#hosts.set(host, (paths = new Map()));
    if (set === undefined) paths.delete(path);
    else paths.set(path, set);
  }
}

function isRecord(state: KeyState): state is NamespaceKeyRecord {
  return typeof state === 'object';
}
