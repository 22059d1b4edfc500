import { pathViews } from '../wiring/path.ts';
import type { RouteDelta, RouteName, RouteRecord } from '../boundary/delta.ts';
import { HostRoutes } from './match.ts';
import type { Rotations } from './rotations.ts';
import type { PathMatch } from './prefix-tree.ts';
import { Route } from './route.ts';

export type HostMap = Map<string, HostRoutes>;

/** The hosts of a table: exact hosts by name, and wildcards by what follows the star. */
export interface Hosts {
  readonly hosts: HostMap;
  readonly wildcards: HostMap;
}

export interface ChangeOptions {
  readonly reset: boolean;
  readonly rotations: Rotations;
}

/** A route that replaces another one. */
interface Succession {
  readonly route: Route;
  readonly previous: Route;
}

/** A change of a worker's table in preparation: requests do not see it before `commit`. */
export class TableChange {
  readonly rotations: Rotations;
  readonly #pathMatch: PathMatch;
  readonly #live: Hosts;
  readonly #reset: boolean;
  /** The changed hosts, in their new state. */
  readonly #changed: Hosts = { hosts: new Map(), wildcards: new Map() };
  readonly #successions: Succession[] = [];
  /** Hosts of the part that is being staged. */
  #unsealed = new Set<HostRoutes>();

  /** With `reset` the new table is what is staged, else the live table with these changes. */
  constructor(pathMatch: PathMatch, live: Hosts, { reset, rotations }: ChangeOptions) {
    this.#pathMatch = pathMatch;
    this.#live = live;
    this.#reset = reset;
    this.rotations = rotations;
  }

  stage(delta: RouteDelta): void {
    this.rotations.stage(delta);
    for (const record of delta.routes) this.#set(record);
    for (const { host, path } of delta.removed) this.#hostOf(host).delete(path);
    // Sealed here and not in `commit`, which is one step for all parts. A later part may change the host again.
    for (const host of this.#unsealed) host.seal();
    this.#unsealed = new Set();
  }

  /** Makes the change live. Returns the hosts of the new table. */
  commit(): Hosts {
    for (const { route, previous } of this.#successions) route.inherit(previous);
    if (this.#reset) return this.#changed;
    replaceHosts(this.#live.hosts, this.#changed.hosts);
    replaceHosts(this.#live.wildcards, this.#changed.wildcards);
    return this.#live;
  }

  #set(record: RouteRecord): void {
    const host = this.#hostOf(record.host);
    const previous = this.#liveHost(record)?.get(record.path);
    const rotation = this.rotations.get(record.set);
    const pathB = previous?.pathB ?? pathViews(record.path)?.b ?? record.path;
    const route = new Route(record, pathB, rotation);
    if (previous !== undefined) this.#successions.push({ route, previous });
    host.set(route);
  }

  #liveHost({ host }: Pick<RouteName, 'host'>): HostRoutes | undefined {
    const [where, key] = placeOf(host);
    return this.#live[where].get(key);
  }

  /** The host in its new state. */
  #hostOf(name: string): HostRoutes {
    const [where, key] = placeOf(name);
    let host = this.#changed[where].get(key);
    if (host === undefined) {
      const live = this.#reset ? undefined : this.#live[where].get(key);
      host = new HostRoutes(this.#pathMatch, live);
      this.#changed[where].set(key, host);
    }
    this.#unsealed.add(host);
    return host;
  }
}

function placeOf(host: string): ['hosts' | 'wildcards', string] {
  return host.startsWith('*.') ? ['wildcards', host.slice(1)] : ['hosts', host];
}

function replaceHosts(live: HostMap, changed: HostMap): void {
  for (const [key, host] of changed) {
    if (host.size > 0) live.set(key, host);
    else live.delete(key);
  }
}
