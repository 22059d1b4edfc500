import { pathViews } from '../wiring/path.ts';
import type { RouteDelta, RouteName, RouteRecord } from '../boundary/delta.ts';
import { HostRoutes } from './match.ts';
import type { Rotations } from './rotations.ts';
import type { PathMatch } from './prefix-tree.ts';
import { Route } from './route.ts';

export type HostMap = Map<string, HostRoutes>;

/** The hosts of a table: those named exactly, and wildcards by what follows the star. */
export interface Hosts {
  readonly hosts: HostMap;
  readonly wildcards: HostMap;
}

export interface ChangeOptions {
  readonly reset: boolean;
  readonly rotations: Rotations;
}

/** A route that takes the place of another. */
interface Succession {
  readonly route: Route;
  readonly previous: Route;
}

/** A change of a worker's table in the making: requests see nothing of it before `commit`. */
export class TableChange {
  readonly rotations: Rotations;
  readonly #pathMatch: PathMatch;
  readonly #live: Hosts;
  readonly #reset: boolean;
  /** Hosts that change, as they will be. */
  readonly #changed: Hosts = { hosts: new Map(), wildcards: new Map() };
  readonly #successions: Succession[] = [];
  /** Hosts of the part that is being staged. */
  #unsealed = new Set<HostRoutes>();

  /** With `reset` the table will be what is staged, else what is live with these changes. */
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
    // Here and not in `commit`, which is one step for all parts. A host of which a later part has more may change again.
    for (const host of this.#unsealed) host.seal();
    this.#unsealed = new Set();
  }

  /** The hosts from now on. */
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

  /** As it will be. */
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
