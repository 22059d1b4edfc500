import type { EndpointRecord, NamespaceKeyRecord, RouteDelta, RouteName } from '../boundary/delta.ts';

/** The state of a namespace for the workers. It includes the digests: with other keys it is another state. */
export type KeyState = NamespaceKeyRecord | 'unknown' | 'open';

/** How to take a change back. `undefined`: it did not exist before the change. */
export interface Undo {
  synced: boolean;
  readonly routes: (readonly [route: RouteName, set: number | undefined])[];
  readonly endpoints: (readonly [number: number, record: EndpointRecord | undefined])[];
  /** Removed sets. Added sets need no entry: a set never changes, and its number is never used again. */
  readonly sets: (readonly [set: number, endpoints: readonly number[]])[];
  readonly keys: (readonly [namespace: string, state: KeyState])[];
  /** Hosts whose certificates changed. The certificates themselves are not kept. */
  readonly certificates: string[];
}

export function noUndo(synced: boolean): Undo {
  return { synced, routes: [], endpoints: [], sets: [], keys: [], certificates: [] };
}

/**
 * A copy of the table that the workers have, without certificates. Its records are those of the deltas: only numbers
 * are copied.
 */
export class TableCopy {
  readonly hosts = new Map<string, Map<string, number>>();
  readonly sets = new Map<number, readonly number[]>();
  readonly endpoints = new Map<number, EndpointRecord>();
  /** Namespaces that are not open. */
  readonly keys = new Map<string, NamespaceKeyRecord | 'unknown'>();
  synced = false;

  /** Applies a change or a part of one, and notes how to take it back. Costs work in proportion to its records. */
  apply(delta: RouteDelta, undo: Undo): void {
    for (const record of delta.endpoints) {
      undo.endpoints.push([record.number, this.endpoints.get(record.number)]);
      this.endpoints.set(record.number, record);
    }
    for (const { set, endpoints } of delta.sets) this.sets.set(set, endpoints);
    for (const { host, path, set } of delta.routes) this.#setRoute({ host, path }, set, undo);
    for (const { host, path } of delta.removed) this.#setRoute({ host, path }, undefined, undo);
    for (const number of delta.endpointsGone) {
      undo.endpoints.push([number, this.endpoints.get(number)]);
      this.endpoints.delete(number);
    }
    for (const set of delta.setsGone) {
      undo.sets.push([set, this.sets.get(set) ?? []]);
      this.sets.delete(set);
    }
    this.#applyKeys(delta, undo);
    for (const { host } of delta.hostCertificates) undo.certificates.push(host);
    undo.certificates.push(...delta.hostCertificatesGone);
    this.synced = delta.synced;
  }

  keyOf(namespace: string): KeyState {
    return this.keys.get(namespace) ?? 'open';
  }

  #applyKeys({ keys, keysUnknown, keysRemoved }: RouteDelta, undo: Undo): void {
    for (const record of keys) this.#setKey(record.namespace, record, undo);
    for (const namespace of keysUnknown) this.#setKey(namespace, 'unknown', undo);
    for (const namespace of keysRemoved) this.#setKey(namespace, 'open', undo);
  }

  #setRoute(route: RouteName, set: number | undefined, undo: Undo): void {
    let paths = this.hosts.get(route.host);
    undo.routes.push([route, paths?.get(route.path)]);
    if (set !== undefined) {
      if (paths === undefined) this.hosts.set(route.host, (paths = new Map()));
      paths.set(route.path, set);
      return;
    }
    paths?.delete(route.path);
    if (paths?.size === 0) this.hosts.delete(route.host);
  }

  #setKey(namespace: string, state: KeyState, undo: Undo): void {
    undo.keys.push([namespace, this.keyOf(namespace)]);
    if (state === 'open') this.keys.delete(namespace);
    else this.keys.set(namespace, state);
  }
}
