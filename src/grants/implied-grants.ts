import { compareRoutes, compareText } from '../wiring/order.ts';
import { type Grant, parseGrant } from './grant.ts';
import { GrantBook, type Holding, type PathMatch } from './grant-book.ts';

/** A route, and the namespaces that serve it. */
export interface OwnedRoute {
  readonly host: string;
  readonly path: string;
  readonly namespaces: readonly string[];
}

/** The existing grants. */
export interface KnownGrants {
  readonly pathMatch: PathMatch;
  /** Explicit grants, by namespace. */
  readonly written: ReadonlyMap<string, readonly Grant[]>;
  /** The grants of the template for a namespace. */
  readonly byDefault: (namespace: string) => readonly Grant[];
}

export interface ImpliedGrants {
  /** The grants that each namespace lacks, sorted, in the form of the annotation. */
  readonly missing: ReadonlyMap<string, readonly string[]>;
  /** Hosts that several namespaces declare, with what each of them declares. */
  readonly contested: readonly Contested[];
  /** Routes that would still be refused, because an existing grant gives them to other namespaces. */
  readonly refused: readonly OwnedRoute[];
}

export interface Contested {
  readonly host: string;
  readonly holdings: readonly Holding[];
}

/**
 * The grants that a table needs to stay as it is. A host of one namespace is granted as a whole, a host of several path
 * by path. Grants that follow from existing ones, or from those of a wildcard, are left out.
 */
export function impliedGrants(routes: readonly OwnedRoute[], known: KnownGrants): ImpliedGrants {
  const work = new Work(routes, known);
  const contested: Contested[] = [];
  for (const [host, some] of byHost(routes)) {
    const holdings = holdingsOf(host, some, known.pathMatch);
    if (holdings.length > 1 || (holdings[0]?.namespaces.length ?? 0) > 1)
      contested.push({ host, holdings: holdings.toSorted((a, b) => compareText(a.path, b.path)) });
    if (holdings.length === 1 && work.isCovered(some)) continue;
    for (const it of holdings) work.grant(it);
  }
  return { missing: work.missing(), contested, refused: work.refused(routes) };
}

/** Wildcards first, wider ones before narrower ones: what they cover needs no further grant. */
function byHost(routes: readonly OwnedRoute[]): [string, OwnedRoute[]][] {
  const hosts = [...Map.groupBy(routes, ({ host }) => host)];
  const rank = (host: string) => (host.startsWith('*.') ? host.length : Number.MAX_SAFE_INTEGER);
  return hosts.sort(([a], [b]) => rank(a) - rank(b) || compareText(a, b));
}

/**
 * The whole host if one namespace has all of it, else each path. A path with the same namespaces as the next shorter
 * one is left out. A path with two readings cannot be granted.
 */
function holdingsOf(host: string, routes: readonly OwnedRoute[], match: PathMatch): Holding[] {
  const all = unionOf(routes);
  if (all.length === 1) return [{ host, path: '/', namespaces: all }];
  const paths = Map.groupBy(routes, ({ path }) => grantPath(path));
  const holdings = [...paths].flatMap(([path, some]) =>
    path === undefined ? [] : [{ host, path, namespaces: unionOf(some) }],
  );
  holdings.sort((a, b) => a.path.length - b.path.length || compareText(a.path, b.path));
  return holdings.filter((it, at) => {
    const around = holdings.slice(0, at).findLast(({ path }) => isBelow(it.path, path, match));
    return around?.namespaces.join() !== it.namespaces.join();
  });
}

/** The path without a slash at its end; undefined: it cannot be granted. */
function grantPath(path: string): string | undefined {
  const read = parseGrant(`host${path}`);
  return 'problem' in read ? undefined : read.path;
}

function isBelow(path: string, around: string, match: PathMatch): boolean {
  return around === '/' || path.startsWith(match === 'prefix' ? around : `${around}/`);
}

function unionOf(routes: readonly OwnedRoute[]): string[] {
  return [...new Set(routes.flatMap(({ namespaces }) => namespaces))].sort(compareText);
}

/** The grants as they are, and with those that are added. */
class Work {
  readonly #book: GrantBook;
  readonly #known: KnownGrants;
  readonly #added = new Map<string, Grant[]>();

  constructor(routes: readonly OwnedRoute[], known: KnownGrants) {
    this.#known = known;
    this.#book = new GrantBook(known.pathMatch);
    const namespaces = new Set([...known.written.keys(), ...unionOf(routes)]);
    for (const namespace of namespaces) this.#set(namespace);
  }

  /** True when the namespaces of these routes need no further grant for them. */
  isCovered(routes: readonly OwnedRoute[]): boolean {
    return routes.every(({ host, path, namespaces }) =>
      namespaces.every((it) => this.#book.allows(it, host, path)),
    );
  }

  grant({ host, path, namespaces }: Holding): void {
    if (this.#book.holdersOf(host, path).join() === namespaces.join()) return;
    for (const namespace of namespaces) {
      const written = this.#known.written.get(namespace) ?? [];
      if (written.some((it) => it.host === host && it.path === path)) continue;
      const added = this.#added.get(namespace) ?? [];
      this.#added.set(namespace, [...added, { host, path } as Grant]);
      this.#set(namespace);
    }
  }

  missing(): Map<string, readonly string[]> {
    const namespaces = [...this.#added].sort(([a], [b]) => compareText(a, b));
    return new Map(
      namespaces.map(([namespace, grants]) => [
        namespace,
        grants.toSorted(compareRoutes).map(({ host, path }) => (path === '/' ? host : host + path)),
      ]),
    );
  }

  refused(routes: readonly OwnedRoute[]): OwnedRoute[] {
    return routes.flatMap(({ host, path, namespaces }) => {
      const left = namespaces.filter((it) => !this.#book.allows(it, host, path));
      return left.length === 0 ? [] : [{ host, path, namespaces: left }];
    });
  }

  #set(namespace: string): void {
    const { written, byDefault } = this.#known;
    const all = [...(written.get(namespace) ?? []), ...(this.#added.get(namespace) ?? [])];
    this.#book.set(namespace, all, byDefault(namespace));
  }
}
