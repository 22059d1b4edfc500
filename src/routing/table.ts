import type { KeyCounts } from '../boundary/figures.ts';
import type { NamespaceKeyrings } from './authorise.ts';
import { Certificates } from './certificates.ts';
import type { PathMatch } from './prefix-tree.ts';
import type { RouteDelta } from '../boundary/delta.ts';
import type { Endpoint } from './endpoint.ts';
import { EndpointRegistry } from './endpoint-registry.ts';
import { Keyrings } from './keyrings.ts';
import type { HostRoutes } from './match.ts';
import { type DefaultOptions, Options } from './options.ts';
import type { Route } from './route.ts';
import type { RouteOptionsOf } from './rotation.ts';
import { Rotations } from './rotations.ts';
import { type HostMap, TableChange } from './table-change.ts';

export interface RouteTableOptions {
  readonly pathMatch: PathMatch;
  readonly defaults: DefaultOptions;
  /** Milliseconds, monotonic. */
  readonly clock: { readonly now: number };
  /**
   * Called when no route has the endpoint in rotation any more: its idle connections can close. Running exchanges keep
   * it.
   */
  readonly onEndpointGone: (endpoint: Endpoint) => void;
}

/**
 * A worker's live table. A change is prepared in as many steps as it has parts, and becomes live in one synchronous
 * step. A changed route is a new object, so code that holds a route from `match` to the log line sees one table.
 * Endpoints and their health outlive changes of the table, and cursors continue where they were.
 */
export class RouteTable {
  /** The certificates for TLS clients. They change in the same step as routes. */
  readonly certificates = new Certificates();
  readonly #options: RouteTableOptions;
  #hosts: HostMap = new Map();
  /** By what follows the star: `.example.com`. */
  #wildcards: HostMap = new Map();
  #rotations: Rotations;
  readonly #keyrings = new Keyrings();
  readonly #registry: EndpointRegistry;
  readonly #routeOptionsOf: RouteOptionsOf;
  #change: TableChange | undefined;
  #synced = false;
  #revision = -1;

  constructor(options: RouteTableOptions) {
    this.#options = options;
    const interned = new Options();
    const { route } = options.defaults;
    const settings = interned.route(route);
    this.#routeOptionsOf = (declared) =>
      declared === undefined ? settings : interned.route({ ...route, ...declared });
    this.#registry = new EndpointRegistry(options.defaults.endpoint, interned, options.clock);
    this.#rotations = new Rotations(this.#registry, this.#routeOptionsOf);
  }

  /** False: podway must not route requests yet (503), because keys may be missing. */
  get synced(): boolean {
    return this.#synced;
  }

  /** The revision of the live table; -1 before the first one. */
  get revision(): number {
    return this.#revision;
  }

  /** For `authorise`. */
  get keys(): NamespaceKeyrings {
    return this.#keyrings.all;
  }

  /** Counts of the keys that requests presented since the last call, of at most `most` namespaces. */
  takeKeyCounts(max: number): KeyCounts[] {
    return this.#keyrings.takeCounts(max);
  }

  /** The endpoints in rotation, and those that left it with running exchanges. */
  endpoints(): IterableIterator<Endpoint> {
    return this.#registry.endpoints();
  }

  /** The endpoint with this name among `endpoints`; `id`: see `endpointId`. */
  endpoint(name: Pick<Endpoint, 'id' | 'namespace' | 'pod'>): Endpoint | undefined {
    return this.#registry.endpoint(name);
  }

  /** Every route, wildcard hosts included. */
  *routes(): IterableIterator<Route> {
    for (const host of this.#hosts.values()) yield* host.routes();
    for (const host of this.#wildcards.values()) yield* host.routes();
  }

  /** Every host, including wildcards, in no order. */
  *hostNames(): IterableIterator<string> {
    yield* this.#hosts.keys();
    for (const suffix of this.#wildcards.keys()) yield `*${suffix}`;
  }

  /**
   * The routes for a canonical host (see `requestHost`): those of the host itself, else of the longest wildcard around
   * it.
   */
  host(name: string): HostRoutes | undefined {
    const exact = this.#hosts.get(name);
    if (exact !== undefined || this.#wildcards.size === 0) return exact;
    for (let dot = name.indexOf('.', 1); dot > 0; dot = name.indexOf('.', dot + 1)) {
      const wildcard = this.#wildcards.get(name.slice(dot));
      if (wildcard !== undefined) return wildcard;
    }
    return undefined;
  }

  /**
   * The hosts and wildcards that match a canonical host, the most specific first: `host` returns the routes of the
   * first one.
   */
  hosts(name: string): readonly string[] {
    const hosts = this.#hosts.has(name) ? [name] : [];
    for (let dot = name.indexOf('.', 1); dot > 0; dot = name.indexOf('.', dot + 1))
      if (this.#wildcards.has(name.slice(dot))) hosts.push(`*${name.slice(dot)}`);
    return hosts;
  }

  /** @param more further parts of the same change follow: it becomes live with the last part */
  apply(delta: RouteDelta, more = false): void {
    this.#change ??= this.#begin(delta.reset);
    this.#change.stage(delta);
    this.certificates.stage(delta);
    if (!more) this.#commit(this.#change, delta);
  }

  #begin(reset: boolean): TableChange {
    const { pathMatch } = this.#options;
    const live = { hosts: this.#hosts, wildcards: this.#wildcards };
    return new TableChange(pathMatch, live, {
      reset,
      // A whole table has its own numbers.
      rotations: reset ? new Rotations(this.#registry, this.#routeOptionsOf) : this.#rotations,
    });
  }

  #commit(change: TableChange, delta: RouteDelta): void {
    this.#change = undefined;
    const { hosts, wildcards } = change.commit();
    this.#hosts = hosts;
    this.#wildcards = wildcards;
    if (this.#rotations !== change.rotations) this.#rotations.releaseAll();
    this.#rotations = change.rotations;
    this.#rotations.commit(delta);
    this.#keyrings.apply(delta);
    this.certificates.commit(delta.reset);
    this.#synced = delta.synced;
    this.#revision = delta.revision;
    for (const endpoint of this.#registry.sweep()) this.#options.onEndpointGone(endpoint);
  }
}
