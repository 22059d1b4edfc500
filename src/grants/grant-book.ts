import { pathViews } from '../wiring/path.ts';
import { compareText } from '../wiring/order.ts';
import type { Grant } from './grant.ts';
import { hostsAround, isBelow } from './hosts-around.ts';

/** As routes match: `segment`: `/a` holds `/a` and `/a/x`; `prefix`: `/ab`, too. */
export type PathMatch = 'segment' | 'prefix';

/** Who holds one host and path. */
export interface Holding {
  readonly host: string;
  readonly path: string;
  /** Sorted; several share it on purpose. */
  readonly namespaces: readonly string[];
}

/** A grant of one namespace. */
interface Entry extends Grant {
  readonly namespace: string;
  /** It follows from the template for all namespaces: one that somebody wrote comes before it. */
  readonly isDefault: boolean;
}

/** A host that somebody holds: the longest path first. */
interface HeldHost {
  entries: readonly Entry[];
  /** Made when it is asked for. */
  held: readonly Holding[] | undefined;
}

/** Hosts between two pauses. */
const STEP = 500;

/**
 * Who holds which host and path. **The most specific grant decides**: of those that cover what is asked for, an exact host comes
 * before a wildcard, a longer wildcard before a shorter one, then the longer path. No clock, and nobody was first.
 *
 * A host that a grant names is its own: no wildcard around it answers for it, whether its holder has pods or not. In the
 * same way a granted path is no part of a shorter one. `fences` says where the routes of others have to end.
 */
export class GrantBook {
  readonly #match: PathMatch;
  readonly #hosts = new Map<string, HeldHost>();
  readonly #of = new Map<string, readonly Entry[]>();
  #changed = new Set<string>();

  constructor(match: PathMatch) {
    this.#match = match;
  }

  /** All that a namespace holds from now on. `byDefault`: what the template for all namespaces gives it. */
  set(namespace: string, grants: readonly Grant[], byDefault: readonly Grant[]): void {
    const written = grants.map((it) => ({ ...it, namespace, isDefault: false }));
    const known = new Set(written.map(keyOf));
    const others = byDefault.filter((it) => !known.has(keyOf(it)));
    const next = [...written, ...others.map((it) => ({ ...it, namespace, isDefault: true }))];
    const previous = this.#of.get(namespace) ?? [];
    const [before, after] = [previous, next].map((it) => new Map(it.map((one) => [keyOf(one), one])));
    for (const [key, entry] of before ?? [])
      if (after?.get(key)?.isDefault !== entry.isDefault) this.#remove(entry);
    const kept = next.map((entry) => {
      const same = before?.get(keyOf(entry));
      if (same?.isDefault === entry.isDefault) return same;
      this.#add(entry);
      return entry;
    });
    if (kept.length > 0) this.#of.set(namespace, kept);
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
    return this.#at(host).find((it) => it.path === path)?.namespaces ?? [];
  }

  /**
   * Whether a namespace may route this. Where no grant names the host itself, it must also hold all that others could
   * ask for at the wildcard around it, since a route of this host takes it out of that wildcard with every path.
   *
   * Both readings of a path have to be its own.
   *
   * @param host or a wildcard
   */
  allows(namespace: string, host: string, path: string): boolean {
    const decisive = this.#decisive(host);
    if (!this.#hosts.has(host) && !decisive.every((it) => it.namespaces.includes(namespace))) return false;
    const holds = (reading: string): boolean =>
      this.#covering(decisive, reading)?.namespaces.includes(namespace) === true;
    const b = pathViews(path)?.b ?? path;
    return holds(path) && (b === path || holds(b));
  }

  /** What is held of a host where the routes of others end: no wildcard around it and no shorter path reaches beyond it. */
  fencesOf(host: string): readonly Holding[] {
    const own = this.#at(host);
    if (own.length === 0) return NONE;
    const around = [...hostsAround(host)].flatMap((it) => this.#at(it));
    const isApart = around.length > 0 && !isOneNamespace([...own, ...around]);
    const decisive = this.#decisive(host);
    return decisive.filter((it) => {
      if (isApart && own.includes(it)) return true;
      const shorter = decisive.filter((other) => other !== it && this.#covers(other.path, it.path));
      return shorter.length > 0 && !isOneNamespace([it, ...shorter]);
    });
  }

  /** Hosts whose fences may differ once grants of these hosts have changed. */
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
    const hosts = [...this.#hosts.keys()].sort(compareText);
    return hosts.flatMap((host) => this.#at(host).toSorted((a, b) => compareText(a.path, b.path)));
  }

  #at(host: string): readonly Holding[] {
    const found = this.#hosts.get(host);
    if (found === undefined) return NONE;
    found.held ??= holdings(found.entries);
    return found.held;
  }

  /**
   * The grants that decide for a host, the longest path first: its own, and those of the wildcards around it for paths that
   * no grant of a narrower host covers.
   */
  #decisive(host: string): readonly Holding[] {
    let decisive = this.#at(host);
    for (const around of hostsAround(host)) {
      if (decisive.at(-1)?.path === '/') break;
      const known = decisive;
      const more = this.#at(around).filter(({ path }) => this.#covering(known, path) === undefined);
      if (more.length > 0) decisive = [...known, ...more].sort(byLength);
    }
    return decisive;
  }

  /** They are ordered: the first one that covers a path is the longest. */
  #covering(held: readonly Holding[], path: string): Holding | undefined {
    return held.find((it) => this.#covers(it.path, path));
  }

  #covers(granted: string, path: string): boolean {
    if (granted === '/' || granted === path) return true;
    if (!path.startsWith(granted)) return false;
    return this.#match === 'prefix' || path.charCodeAt(granted.length) === SLASH;
  }

  #add(entry: Entry): void {
    const { entries = [] } = this.#hosts.get(entry.host) ?? {};
    this.#hosts.set(entry.host, { entries: [...entries, entry], held: undefined });
    this.#changed.add(entry.host);
  }

  #remove(entry: Entry): void {
    const entries = (this.#hosts.get(entry.host)?.entries ?? []).filter((it) => it !== entry);
    if (entries.length > 0) this.#hosts.set(entry.host, { entries, held: undefined });
    else this.#hosts.delete(entry.host);
    this.#changed.add(entry.host);
  }
}

const SLASH = 0x2f;
const NONE: readonly never[] = [];

/** By path, the longest first. */
function holdings(entries: readonly Entry[]): Holding[] {
  const byPath = Map.groupBy(entries, (it) => it.path);
  const held = [...byPath].map(([path, same]) => {
    const written = same.filter((it) => !it.isDefault);
    const who = written.length > 0 ? written : same;
    const host = who[0]?.host ?? '';
    return { host, path, namespaces: who.map((it) => it.namespace).sort(compareText) };
  });
  return held.sort(byLength);
}

function byLength(a: Holding, b: Holding): number {
  return b.path.length - a.path.length || compareText(a.path, b.path);
}

function isOneNamespace(held: readonly Holding[]): boolean {
  const first = held[0]?.namespaces[0];
  return held.every(({ namespaces }) => namespaces.length === 1 && namespaces[0] === first);
}

function keyOf({ host, path }: Grant): string {
  return `${host}${path}`;
}
