import { pathViews } from '../wiring/path.ts';
import type { RouteDelta, RouteName, RouteRecord } from './delta.ts';
import { EndpointLedger } from './endpoint-ledger.ts';
import { HostRoutes } from './match.ts';
import { type Endpoint, makeRoute, type Route } from './route.ts';

export interface RouteTableOptions {
  readonly pathMatch: 'segment' | 'prefix';
  /** No route has it in rotation any more: its idle connections can close. Running exchanges keep it. */
  readonly onEndpointGone: (endpoint: Endpoint) => void;
}

const DIGEST_BYTES = 32;

/**
 * A worker's live table. `apply` is one synchronous step, and what changes gets a new route: whoever holds one from `match` to
 * the log line sees one table. Endpoints and their health outlive changes of the table; cursors go on where they stood.
 */
export class RouteTable {
  readonly #options: RouteTableOptions;
  readonly #hosts = new Map<string, HostRoutes>();
  /** By what follows the star: `.example.com`. */
  readonly #wildcards = new Map<string, HostRoutes>();
  readonly #keys = new Map<string, readonly Uint8Array[]>();
  readonly #ledger = new EndpointLedger();
  #lastCandidates: readonly Endpoint[] = [];
  #synced = false;
  #revision = 0;

  constructor(options: RouteTableOptions) {
    this.#options = options;
  }

  /** False: nothing may be routed yet (503), since keys may be missing. */
  get synced(): boolean {
    return this.#synced;
  }

  get revision(): number {
    return this.#revision;
  }

  /** For `authorise`. */
  get keys(): ReadonlyMap<string, readonly Uint8Array[]> {
    return this.#keys;
  }

  /** Everything in rotation, and what left it with exchanges going on. */
  endpoints(): IterableIterator<Endpoint> {
    return this.#ledger.endpoints();
  }

  /** Every route, wildcard hosts included. */
  *routes(): IterableIterator<Route> {
    for (const host of this.#hosts.values()) yield* host.routes();
    for (const host of this.#wildcards.values()) yield* host.routes();
  }

  /** The routes for a canonical host (see `requestHost`): the host itself, else the longest wildcard around it. */
  host(name: string): HostRoutes | undefined {
    const exact = this.#hosts.get(name);
    if (exact !== undefined || this.#wildcards.size === 0) return exact;
    for (let dot = name.indexOf('.', 1); dot > 0; dot = name.indexOf('.', dot + 1)) {
      const wildcard = this.#wildcards.get(name.slice(dot));
      if (wildcard !== undefined) return wildcard;
    }
    return undefined;
  }

  apply(delta: RouteDelta): void {
    if (delta.reset) this.#keepOnly(delta);
    for (const record of delta.routes) this.#set(record);
    for (const name of delta.removed) this.#delete(name);
    for (const { namespace, digests } of delta.keys) {
      // What is no digest cannot be presented either: it is left out and the namespace stays keyed.
      const bytes = digests.map((it) => Buffer.from(it, 'base64')).filter((it) => it.length === DIGEST_BYTES);
      this.#keys.set(namespace, bytes);
    }
    for (const namespace of delta.keysRemoved) this.#keys.delete(namespace);
    this.#synced = delta.synced;
    this.#revision = delta.revision;
    for (const endpoint of this.#ledger.sweep()) this.#options.onEndpointGone(endpoint);
  }

  /** A reset forgets what the delta does not name; the rest keeps its cursors and health. */
  #keepOnly(delta: RouteDelta): void {
    const kept = new Map<string, Set<string>>();
    for (const { host, path } of delta.routes) {
      const paths = kept.get(host);
      if (paths === undefined) kept.set(host, new Set([path]));
      else paths.add(path);
    }
    for (const route of this.routes()) {
      if (kept.get(route.host)?.has(route.path) !== true) this.#delete(route);
    }
    this.#keys.clear();
  }

  #set(record: RouteRecord): void {
    const host = this.#hostFor(record.host);
    const previous = host.get(record.path);
    const ready = record.endpoints.filter((it) => it.condition === 'ready');
    const candidates = this.#shared(ready.map((it) => this.#ledger.acquire(it)));
    for (const endpoint of previous?.candidates ?? []) this.#ledger.release(endpoint);
    const pathB = previous?.pathB ?? pathViews(record.path)?.b ?? record.path;
    host.set(makeRoute(record, pathB, candidates, previous));
  }

  /** The routes of one pod mostly come one after the other, and then share a list. */
  #shared(candidates: readonly Endpoint[]): readonly Endpoint[] {
    const last = this.#lastCandidates;
    const same = last.length === candidates.length && candidates.every((it, index) => it === last[index]);
    if (!same) this.#lastCandidates = candidates;
    return this.#lastCandidates;
  }

  #delete({ host, path }: RouteName): void {
    const [map, key] = this.#placeOf(host);
    const routes = map.get(key);
    for (const endpoint of routes?.get(path)?.candidates ?? []) this.#ledger.release(endpoint);
    routes?.delete(path);
    if (routes?.size === 0) map.delete(key);
  }

  #hostFor(host: string): HostRoutes {
    const [map, key] = this.#placeOf(host);
    let routes = map.get(key);
    if (routes === undefined) map.set(key, (routes = new HostRoutes(host, this.#options.pathMatch)));
    return routes;
  }

  #placeOf(host: string): [Map<string, HostRoutes>, string] {
    return host.startsWith('*.') ? [this.#wildcards, host.slice(1)] : [this.#hosts, host];
  }
}
