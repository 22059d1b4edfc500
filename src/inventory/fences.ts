import type { ChangedGrants, HostGrants } from '../grants/host-grants.ts';
import type { WantedRoutes } from './wanted-routes.ts';

const NONE: readonly never[] = [];

/** Where routes have to end because another namespace holds what follows: see `GrantBook.fencesOf`. */
export class Fences {
  readonly #routes: WantedRoutes;
  readonly #paths = new Map<string, readonly string[]>();

  constructor(routes: WantedRoutes) {
    this.#routes = routes;
  }

  /** Sets those of the hosts that changed grants are about. Yields after every host, or so many that are not. */
  *settle({ book }: HostGrants, changed: ChangedGrants): Generator<void, void> {
    // All fences follow from hosts that changed once: of claims alone nothing follows here.
    for (const host of book.touchedBy(changed === 'all' ? book.hosts() : changed)) {
      if (host !== undefined) this.#set(host, book.fencesOf(host));
      yield;
    }
  }

  #set(host: string, paths: readonly string[]): void {
    const before = this.#paths.get(host) ?? NONE;
    for (const path of before) if (!paths.includes(path)) this.#routes.fence(host, path, false);
    for (const path of paths) if (!before.includes(path)) this.#routes.fence(host, path, true);
    if (paths.length > 0) this.#paths.set(host, paths);
    else this.#paths.delete(host);
  }
}
