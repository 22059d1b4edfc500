import type { Holding } from '../grants/grant-book.ts';
import type { ChangedGrants, HostGrants } from '../grants/host-grants.ts';
import type { HostNamespaces } from './host-namespaces.ts';
import type { DeclaredRoutes } from './declared-routes.ts';

const EMPTY: readonly never[] = [];

/**
 * The fences of all hosts: paths where routes of other namespaces must end because of a grant (see
 * `GrantBook.fencesOf`). The holder of a fence counts as a namespace that routes the host, so podway serves no
 * certificate of another namespace for it.
 */
export class Fences {
  readonly #routes: DeclaredRoutes;
  readonly #namespaces: HostNamespaces | undefined;
  readonly #fences = new Map<string, readonly Holding[]>();

  constructor(routes: DeclaredRoutes, namespaces: HostNamespaces | undefined) {
    this.#routes = routes;
    this.#namespaces = namespaces;
  }

  /**
   * Updates the fences of the hosts that the changed grants concern. Yields after every such host, and after a bounded
   * number of other hosts.
   */
  *settle({ book }: HostGrants, changed: ChangedGrants): Generator<void, void> {
    for (const host of book.touchedBy(changed === 'all' ? book.hosts() : changed)) {
      if (host !== undefined) this.#set(host, book.fencesOf(host));
      yield;
    }
  }

  #set(host: string, fences: readonly Holding[]): void {
    const known = new Map((this.#fences.get(host) ?? EMPTY).map((it) => [it.path, it]));
    for (const { path, namespaces } of fences) {
      const before = known.get(path);
      known.delete(path);
      if (before === undefined) this.#routes.fence(host, path, true);
      this.#namespaces?.move(host, before?.namespaces ?? EMPTY, namespaces);
    }
    for (const { path, namespaces } of known.values()) {
      this.#routes.fence(host, path, false);
      this.#namespaces?.move(host, namespaces, EMPTY);
    }
    if (fences.length > 0) this.#fences.set(host, fences);
    else this.#fences.delete(host);
  }
}
