import { hostsAround, isBelow } from '../grants/hosts-around.ts';
import { compareText } from '../wiring/order.ts';
import { type ObjectRef, referTo } from '../wiring/rejection.ts';
import type { EndpointSet } from './endpoint-sets.ts';

/**
 * `any`: hosts that several namespaces route with any paths, through the host itself or the wildcard that covers it.
 * `shared`: hosts with a route that leads to pods of several namespaces.
 */
export type OverlapKind = 'any' | 'shared';

/** A host that several namespaces route. */
export interface Overlap {
  readonly host: string;
  /** The namespaces that route it, sorted. */
  readonly namespaces: readonly string[];
  /** The wildcard through which some of them route it; absent: all name the host. */
  readonly wildcard?: string;
}

/** A namespace that routes such a host. */
export interface Claimant {
  readonly host: string;
  /** A pod of the namespace that declares the host, or the wildcard that covers it. */
  readonly pod: ObjectRef;
}

/** The published routes by host. */
export interface RoutedHosts {
  /** The endpoint sets of its routes; empty: it has no route. */
  setsOf(host: string): ReadonlySet<EndpointSet>;
  hosts(): Iterable<string>;
}

/** Hosts processed between two yields. */
const YIELD_EVERY = 200;
const EMPTY: readonly never[] = [];

/** Finds the hosts that several namespaces route, and reports each of these namespaces once. */
export class Overlaps {
  readonly kind: OverlapKind;
  readonly #routes: RoutedHosts;
  readonly #found = new Map<string, Overlap>();
  /** Endpoint sets of wildcards, during one `settle`: many hosts may have the same wildcard around them. */
  readonly #around = new Map<string, readonly EndpointSet[]>();
  #changed = new Set<string>();
  #appeared: Claimant[] = [];

  constructor(kind: OverlapKind, routes: RoutedHosts) {
    this.kind = kind;
    this.#routes = routes;
  }

  /** The endpoints of a route of the host are in other namespaces than before. */
  moved(host: string, before: readonly string[], now: readonly string[]): void {
    if (before.join() !== now.join()) this.#changed.add(host);
  }

  /** Number of hosts that several namespaces route. */
  get size(): number {
    return this.#found.size;
  }

  /** All of them, sorted for display. */
  listing(): Overlap[] {
    return [...this.#found.values()].sort((a, b) => compareText(a.host, b.host));
  }

  /** Namespaces that began to route such a host since the last call. */
  takeAppeared(): Claimant[] {
    const appeared = this.#appeared;
    this.#appeared = [];
    return appeared;
  }

  /** Checks the hosts that changed. Yields after a bounded number of hosts. */
  *settle(): Generator<void, void> {
    if (this.#changed.size === 0) return;
    const changed = this.#changed;
    this.#changed = new Set();
    yield* this.#judgeAll(changed);
    const isAround = this.kind === 'any' && [...changed].some((host) => host.startsWith('*.'));
    if (isAround) yield* this.#judgeAll(this.#routes.hosts(), changed);
    this.#around.clear();
  }

  /** @param below only hosts that one of these wildcards covers */
  *#judgeAll(hosts: Iterable<string>, below?: ReadonlySet<string>): Generator<void, void> {
    let count = 0;
    for (const host of hosts) {
      if (below === undefined || isBelow(host, below)) this.#judge(host);
      if (++count % YIELD_EVERY === 0) yield;
    }
  }

  #judge(host: string): void {
    const before = this.#found.get(host)?.namespaces ?? EMPTY;
    const found = this.kind === 'any' ? this.#meeting(host) : this.#sharing(host);
    if (found === undefined) {
      this.#found.delete(host);
      return;
    }
    const { overlap, sets } = found;
    this.#found.set(host, overlap);
    for (const namespace of overlap.namespaces) {
      if (before.includes(namespace)) continue;
      const pod = podOf(namespace, sets);
      if (pod !== undefined) this.#appeared.push({ host, pod });
    }
  }

  #meeting(host: string): Found | undefined {
    const sets = [...this.#routes.setsOf(host)];
    if (sets.length === 0) return undefined;
    const own = namespacesOf(sets);
    const [wildcard, around] = this.#wildcardOf(host);
    const all = namespacesOf([...sets, ...around]);
    if (all.length < 2) return undefined;
    const overlap = { host, namespaces: all, ...(all.length > own.length && { wildcard }) };
    return { overlap, sets: [...sets, ...around] };
  }

  #sharing(host: string): Found | undefined {
    const sets = [...this.#routes.setsOf(host)].filter(({ namespaces }) => namespaces.length > 1);
    return sets.length === 0 ? undefined : { overlap: { host, namespaces: namespacesOf(sets) }, sets };
  }

  /** The wildcard that would serve the host if the host had no route. */
  #wildcardOf(host: string): readonly [string, readonly EndpointSet[]] {
    for (const wildcard of hostsAround(host)) {
      let sets = this.#around.get(wildcard);
      if (sets === undefined) this.#around.set(wildcard, (sets = [...this.#routes.setsOf(wildcard)]));
      if (sets.length > 0) return [wildcard, sets];
    }
    return ['', EMPTY];
  }
}

interface Found {
  readonly overlap: Overlap;
  readonly sets: readonly EndpointSet[];
}

function namespacesOf(sets: readonly EndpointSet[]): string[] {
  return [...new Set(sets.flatMap(({ namespaces }) => namespaces))].sort(compareText);
}

function podOf(namespace: string, sets: readonly EndpointSet[]): ObjectRef | undefined {
  for (const { endpoints } of sets) {
    const found = endpoints.find((it) => it.namespace === namespace);
    if (found !== undefined) return referTo({ uid: found.uid, namespace, name: found.pod });
  }
  return undefined;
}
