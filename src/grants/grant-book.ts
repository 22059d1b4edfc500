import { pathViews } from '../wiring/path.ts';
import { compareText } from '../wiring/order.ts';
import type { Grant } from './grant.ts';
import { Held, HeldHost } from './held.ts';
import { hostsAround, isBelow } from './hosts-around.ts';
import { pathsAround } from './paths-around.ts';

/** As routes match: `segment`: `/a` holds `/a` and `/a/x`; `prefix`: `/ab`, too. */
export type PathMatch = 'segment' | 'prefix';

/** Who holds one host and path. */
export interface Holding {
  readonly host: string;
  readonly path: string;
  /** Sorted; several share it on purpose. */
  readonly namespaces: readonly string[];
}

/** Hosts between two pauses. */
const STEP = 500;
const NONE: readonly never[] = [];

/**
 * Who holds which host and path. **The most specific grant decides**: of those that cover what is asked for, an exact host comes
 * before a wildcard, a longer wildcard before a shorter one, then the longer path. No clock and no order of arrival.
 *
 * A host that a grant names is its own: no wildcard around it answers for it, whether its holder has pods or not. In the
 * same way a granted path is no part of a shorter one. `fencesOf` says where the routes of others have to end.
 */
export class GrantBook {
  readonly #match: PathMatch;
  readonly #hosts = new Map<string, HeldHost>();
  readonly #of = new Map<string, readonly Held[]>();
  #changed = new Set<string>();

  constructor(match: PathMatch) {
    this.#match = match;
  }

  /** All that a namespace holds from now on. `byDefault`: what the template for all namespaces gives it. */
  set(namespace: string, grants: readonly Grant[], byDefault: readonly Grant[]): void {
    const next = new Map<string, readonly [Grant, 'written' | 'default']>();
    for (const it of byDefault) next.set(it.host + it.path, [it, 'default']);
    for (const it of grants) next.set(it.host + it.path, [it, 'written']);
    for (const held of this.#of.get(namespace) ?? NONE)
      if (next.get(held.host + held.path)?.[1] !== held.originOf(namespace)) this.#remove(held, namespace);
    const held = [...next.values()].map(([grant, origin]) => this.#add(grant, namespace, origin));
    if (held.length > 0) this.#of.set(namespace, held);
    else this.#of.delete(namespace);
  }

  /** Hosts of grants that came or went since the last call. */
  takeChanged(): ReadonlySet<string> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  /** Every host that a grant names. */
  hosts(): ReadonlySet<string> {
    return new Set(this.#hosts.keys());
  }

  /** Who holds exactly this. */
  holdersOf(host: string, path: string): readonly string[] {
    return this.#hosts.get(host)?.get(path)?.namespaces ?? NONE;
  }

  /**
   * Whether a namespace may route this. Where no grant names the host itself, it must also hold all that others could
   * ask for at the wildcard around it, since a route of this host takes it out of that wildcard with every path.
   * Both readings of a path have to be its own.
   *
   * @param host or a wildcard
   */
  allows(namespace: string, host: string, path: string): boolean {
    if (!this.#hosts.has(host))
      for (const it of this.#decisive(host)) if (!it.namespaces.includes(namespace)) return false;
    const holds = (reading: string): boolean =>
      this.#covering(host, reading).next().value?.namespaces.includes(namespace) === true;
    const b = pathViews(path)?.b ?? path;
    return holds(path) && (b === path || holds(b));
  }

  /** What is held of a host where the routes of others end: no wildcard around it and no shorter path reaches past it. */
  fencesOf(host: string): readonly Holding[] {
    const own = this.#hosts.get(host);
    if (own === undefined) return NONE;
    const isApart = this.#isApart(host, own);
    const fences: Held[] = [];
    for (const it of this.#decisive(host)) {
      const [, ...shorter] = this.#covering(host, it.path);
      const isSplit = shorter.length > 0 && !isOneNamespace([it, ...shorter]);
      if ((isApart && it.host === host) || isSplit) fences.push(it);
    }
    return fences.map(holdingOf);
  }

  /** Hosts whose fences may differ once grants of these hosts have changed; undefined: nothing yet. */
  *touchedBy(changed: ReadonlySet<string>): Generator<string | undefined, void> {
    yield* changed;
    if (![...changed].some((it) => it.startsWith('*.'))) return;
    let count = 0;
    for (const host of this.#hosts.keys()) {
      if (++count % STEP === 0) yield undefined;
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
   * The grants that decide for a host: its own, and those of the wildcards around it for paths that no grant of a narrower
   * host covers.
   */
  *#decisive(host: string): Generator<Held, void> {
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

  /** Of those that decide for a host, the grants that cover a path: the longest one first. */
  *#covering(host: string, path: string): Generator<Held, void> {
    let paths = pathsAround(path, this.#match);
    for (const name of [host, ...hostsAround(host)]) {
      const held = this.#hosts.get(name);
      if (held === undefined) continue;
      const found = paths.filter((it) => held.get(it) !== undefined);
      for (const it of found) yield held.get(it) as Held;
      const shortest = found.at(-1);
      // What a wider host grants counts for shorter paths only: this one covers all others.
      if (shortest !== undefined) paths = paths.slice(paths.indexOf(shortest) + 1);
      if (paths.length === 0) return;
    }
  }

  /** A wildcard around the host is granted, and not all of both to one namespace. */
  #isApart(host: string, own: HeldHost): boolean {
    const around = [...hostsAround(host)].flatMap((it) => this.#hosts.get(it) ?? NONE);
    return around.length > 0 && !isOneNamespace(all([own, ...around]));
  }

  #add({ host, path }: Grant, namespace: string, origin: 'written' | 'default'): Held {
    let held = this.#hosts.get(host);
    if (held === undefined) this.#hosts.set(host, (held = new HeldHost()));
    let found = held.get(path);
    if (found === undefined) held.add((found = new Held(host, path)));
    if (found.originOf(namespace) === undefined) {
      found.add(namespace, origin);
      this.#changed.add(host);
    }
    return found;
  }

  #remove(held: Held, namespace: string): void {
    held.remove(namespace);
    this.#changed.add(held.host);
    if (!held.isEmpty) return;
    const host = this.#hosts.get(held.host);
    host?.delete(held.path);
    if (host?.isEmpty) this.#hosts.delete(held.host);
  }
}

function* all(hosts: readonly HeldHost[]): Generator<Held, void> {
  for (const host of hosts) yield* host.all();
}

function isOneNamespace(held: Iterable<Held>): boolean {
  let only: string | undefined;
  for (const { namespaces } of held) {
    only ??= namespaces[0];
    if (namespaces.length !== 1 || namespaces[0] !== only) return false;
  }
  return true;
}

function holdingOf({ host, path, namespaces }: Held): Holding {
  return { host, path, namespaces };
}
