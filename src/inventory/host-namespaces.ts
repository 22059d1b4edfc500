import { wildcardAround } from '../wiring/certificate-names.ts';

const NO_NAMESPACES: ReadonlySet<string> = new Set();

/**
 * Which namespaces route which host. The hosts are those of routes, exact or wildcards. The namespaces are those of the
 * routes' endpoints, and the holders of fences.
 */
export class HostNamespaces {
  /** Number of routes of each namespace, by host. */
  readonly #hosts = new Map<string, Map<string, number>>();
  /** Exact hosts, by the wildcard that covers them, then by namespace. */
  readonly #around = new Map<string, Map<string, Set<string>>>();
  #changed = new Map<string, Set<string>>();

  /** The endpoints of a route of the host are in other namespaces from now on. */
  move(host: string, before: readonly string[], now: readonly string[]): void {
    if (before === now) return;
    for (const namespace of before) if (!now.includes(namespace)) this.#count(host, namespace, -1);
    for (const namespace of now) if (!before.includes(namespace)) this.#count(host, namespace, 1);
  }

  /**
   * The namespaces that route a host or a wildcard. The lookup is that of a request: the host itself, else the longest
   * wildcard that covers it.
   */
  of(host: string): ReadonlySet<string> {
    const exact = this.#hosts.get(host);
    if (exact !== undefined) return new Set(exact.keys());
    for (let dot = host.indexOf('.', 1); dot > 0; dot = host.indexOf('.', dot + 1)) {
      const wildcard = this.#hosts.get(`*${host.slice(dot)}`);
      if (wildcard !== undefined) return new Set(wildcard.keys());
    }
    return NO_NAMESPACES;
  }

  /** The namespaces that route the host, or would route it if no more specific host had a route. */
  *anyOf(host: string): Generator<string, void> {
    yield* this.#hosts.get(host)?.keys() ?? [];
    for (let dot = host.indexOf('.', 1); dot > 0; dot = host.indexOf('.', dot + 1))
      yield* this.#hosts.get(`*${host.slice(dot)}`)?.keys() ?? [];
  }

  /** A route names exactly this host. */
  has(host: string): boolean {
    return this.#hosts.has(host);
  }

  /** Exact hosts of routes that this wildcard covers: they have one label in place of the star. */
  *around(wildcard: string): Generator<string, void> {
    for (const hosts of this.#around.get(wildcard)?.values() ?? []) yield* hosts;
  }

  /** The same, for the routes of one namespace. */
  aroundOf(wildcard: string, namespace: string): ReadonlySet<string> {
    return this.#around.get(wildcard)?.get(namespace) ?? NO_NAMESPACES;
  }

  /** Hosts whose namespaces changed since the last call, with the namespaces that were added or removed. */
  takeChanged(): ReadonlyMap<string, ReadonlySet<string>> {
    const changed = this.#changed;
    this.#changed = new Map();
    return changed;
  }

  #count(host: string, namespace: string, change: number): void {
    const namespaces = entry(this.#hosts, host, () => new Map<string, number>());
    const before = namespaces.get(namespace) ?? 0;
    const count = before + change;
    if (count > 0) namespaces.set(namespace, count);
    else namespaces.delete(namespace);
    if (namespaces.size === 0) this.#hosts.delete(host);
    if (before > 0 && count > 0) return;
    entry(this.#changed, host, () => new Set<string>()).add(namespace);
    this.#index(host, namespace, count > 0);
  }

  #index(host: string, namespace: string, routes: boolean): void {
    const wildcard = wildcardAround(host);
    if (wildcard === undefined) return;
    const namespaces = entry(this.#around, wildcard, () => new Map<string, Set<string>>());
    const hosts = entry(namespaces, namespace, () => new Set<string>());
    if (routes) hosts.add(host);
    else hosts.delete(host);
    if (hosts.size === 0) namespaces.delete(namespace);
    if (namespaces.size === 0) this.#around.delete(wildcard);
  }
}

function entry<T>(map: Map<string, T>, key: string, make: () => T): T {
  let found = map.get(key);
  if (found === undefined) map.set(key, (found = make()));
  return found;
}
