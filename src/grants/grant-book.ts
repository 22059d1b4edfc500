import { pathViews } from '../wiring/path.ts';
import { compareText } from '../wiring/order.ts';
import type { Grant } from './grant.ts';
import { PathHolders, HostHolders } from './holders.ts';
import { hostsAround, isBelow } from './hosts-around.ts';
import { pathsAround } from './paths-around.ts';

/**
 * How a granted path matches, the same as the path of a route. `segment`: `/a` holds `/a` and `/a/x`. `prefix`: `/a`
 * holds `/ab`, too.
 */
export type PathMatch = 'segment' | 'prefix';

/** The namespaces that hold one host and path. */
export interface Holding {
  readonly host: string;
  readonly path: string;
  /** Sorted. Several namespaces share a grant on purpose. */
  readonly namespaces: readonly string[];
}

/** Hosts processed between two yields. */
const YIELD_EVERY = 500;
const EMPTY: readonly never[] = [];

/**
 * Which namespaces hold which host and path. **The most specific grant decides**: among the grants that cover a host
 * and path, an exact host comes before a wildcard, a longer wildcard before a shorter one, then the longer path.
 * Neither time nor order of arrival matters.
 *
 * A host that a grant names is separate from the wildcards around it: they do not serve it, whether its holder has pods
 * or not. In the same way a granted path is not part of a shorter path. `fencesOf` returns where the routes of other
 * namespaces must end.
 */
export class GrantBook {
  readonly #match: PathMatch;
  readonly #hosts = new Map<string, HostHolders>();
  readonly #of = new Map<string, readonly PathHolders[]>();
  #changed = new Set<string>();

  constructor(match: PathMatch) {
    this.#match = match;
  }

  /**
   * Replaces all grants of a namespace.
   *
   * @param byDefault what the template for all namespaces gives to this one
   */
  set(namespace: string, grants: readonly Grant[], byDefault: readonly Grant[]): void {
    const next = new Map<string, readonly [Grant, 'written' | 'default']>();
    for (const it of byDefault) next.set(it.host + it.path, [it, 'default']);
    for (const it of grants) next.set(it.host + it.path, [it, 'written']);
    for (const held of this.#of.get(namespace) ?? EMPTY)
      if (next.get(held.host + held.path)?.[1] !== held.originOf(namespace)) this.#remove(held, namespace);
    const held = [...next.values()].map(([grant, origin]) => this.#add(grant, namespace, origin));
    if (held.length > 0) this.#of.set(namespace, held);
    else this.#of.delete(namespace);
  }

  /** Hosts of grants that were added or removed since the last call. */
  takeChanged(): ReadonlySet<string> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  /** Every host that a grant names. */
  hosts(): ReadonlySet<string> {
    return new Set(this.#hosts.keys());
  }

  /** The namespaces that hold exactly this host and path. */
  holdersOf(host: string, path: string): readonly string[] {
    return this.#hosts.get(host)?.get(path)?.namespaces ?? EMPTY;
  }

  /**
   * Whether a namespace may route this. A route of a host takes the host out of the wildcard around it, with every
   * path. So where no grant names the host itself, the namespace must also hold all paths of that wildcard which other
   * namespaces could declare. It must hold both readings of the path.
   *
   * @param host exact, or a wildcard
   */
  allows(namespace: string, host: string, path: string): boolean {
    if (!this.#hosts.has(host))
      for (const it of this.#decisive(host)) if (!it.namespaces.includes(namespace)) return false;
    const holds = (reading: string): boolean =>
      this.#covering(host, reading).next().value?.namespaces.includes(namespace) === true;
    const b = pathViews(path)?.b ?? path;
    return holds(path) && (b === path || holds(b));
  }

  /**
   * The grants of a host at which the routes of other namespaces end: no wildcard around the host and no shorter path
   * serves what is below them.
   */
  fencesOf(host: string): readonly Holding[] {
    const own = this.#hosts.get(host);
    if (own === undefined) return EMPTY;
    const isApart = this.#isApart(host, own);
    const fences: PathHolders[] = [];
    for (const it of this.#decisive(host)) {
      const [, ...shorter] = this.#covering(host, it.path);
      const isSplit = shorter.length > 0 && !isOneNamespace([it, ...shorter]);
      if ((isApart && it.host === host) || isSplit) fences.push(it);
    }
    return fences.map(holdingOf);
  }

  /**
   * Hosts whose fences may differ after grants of these hosts have changed. Yields undefined after a bounded number of
   * hosts without a result.
   */
  *touchedBy(changed: ReadonlySet<string>): Generator<string | undefined, void> {
    yield* changed;
    if (![...changed].some((it) => it.startsWith('*.'))) return;
    let count = 0;
    for (const host of this.#hosts.keys()) {
      if (++count % YIELD_EVERY === 0) yield undefined;
      if (isBelow(host, changed)) yield host;
    }
  }

  /** Every grant, by host and path. */
  listing(): Holding[] {
    const hosts = [...this.#hosts].sort(([a], [b]) => compareText(a, b));
    return hosts.flatMap(([, held]) =>
      [...held.all()].sort((a, b) => compareText(a.path, b.path)).map(holdingOf),
    );
  }

  /**
   * The grants that decide for a host: its own, and those of the wildcards around it for paths that no grant of a more
   * specific host covers.
   */
  *#decisive(host: string): Generator<PathHolders, void> {
    for (const name of [host, ...hostsAround(host)]) {
      const held = this.#hosts.get(name);
      if (held === undefined) continue;
      for (const it of held.all()) {
        const narrowest = this.#covering(host, it.path).next().value;
        if (narrowest === it) yield it;
      }
      if (held.get('/') !== undefined) return;
    }
  }

  /** The grants that decide for a host and cover a path, the longest path first. */
  *#covering(host: string, path: string): Generator<PathHolders, void> {
    let paths = pathsAround(path, this.#match);
    for (const name of [host, ...hostsAround(host)]) {
      const held = this.#hosts.get(name);
      if (held === undefined) continue;
      const found = paths.filter((it) => held.get(it) !== undefined);
      for (const it of found) yield held.get(it) as PathHolders;
      const shortest = found.at(-1);
      // Grants of a wider host count only for shorter paths, because those of this host cover all others.
      if (shortest !== undefined) paths = paths.slice(paths.indexOf(shortest) + 1);
      if (paths.length === 0) return;
    }
  }

  /**
   * True when a wildcard around the host is granted, and the host and its wildcards are not all granted to one
   * namespace.
   */
  #isApart(host: string, own: HostHolders): boolean {
    const around = [...hostsAround(host)].flatMap((it) => this.#hosts.get(it) ?? EMPTY);
    return around.length > 0 && !isOneNamespace(all([own, ...around]));
  }

  #add({ host, path }: Grant, namespace: string, origin: 'written' | 'default'): PathHolders {
    let held = this.#hosts.get(host);
    if (held === undefined) this.#hosts.set(host, (held = new HostHolders()));
    let found = held.get(path);
    if (found === undefined) held.add((found = new PathHolders(host, path)));
    if (found.originOf(namespace) === undefined) {
      found.add(namespace, origin);
      this.#changed.add(host);
    }
    return found;
  }

  #remove(held: PathHolders, namespace: string): void {
    held.remove(namespace);
    this.#changed.add(held.host);
    if (!held.isEmpty) return;
    const host = this.#hosts.get(held.host);
    host?.delete(held.path);
    if (host?.isEmpty) this.#hosts.delete(held.host);
  }
}

function* all(hosts: readonly HostHolders[]): Generator<PathHolders, void> {
  for (const host of hosts) yield* host.all();
}

function isOneNamespace(held: Iterable<PathHolders>): boolean {
  let only: string | undefined;
  for (const { namespaces } of held) {
    only ??= namespaces[0];
    if (namespaces.length !== 1 || namespaces[0] !== only) return false;
  }
  return true;
}

function holdingOf({ host, path, namespaces }: PathHolders): Holding {
  return { host, path, namespaces };
}
