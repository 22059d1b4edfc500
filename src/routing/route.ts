import type { RouteName } from '../boundary/delta.ts';
import { Grant, type LiveRouteOptions } from './grant.ts';
import { hopOf } from './hop.ts';
import { MOST_PARTS, type Rotation } from './rotation.ts';
import type { RouteTally } from './tallies.ts';

export type { Endpoint } from './endpoint.ts';

/**
 * What a request is matched to, and the grant to all its namespaces. Another set of endpoints makes a new one, and running
 * exchanges keep theirs; only cursors, partial grants and counts change in place.
 */
export class Route extends Grant {
  readonly kind = 'route';
  /** Made when the first request ends. */
  counts: RouteTally | undefined = undefined;
  readonly host: string;
  readonly path: string;
  /** `path` in view B (see wiring/path.ts). */
  readonly pathB: string;
  /** Every namespace that has a pod here, ready or not: their keys decide. Sorted. */
  readonly namespaces: readonly string[];
  #hop = '';
  /** Grants to some of the namespaces, made when first needed; by their names, joined by slashes. */
  #partial: Map<string, Grant> | undefined;

  constructor({ host, path }: RouteName, pathB: string, rotation: Rotation, options: LiveRouteOptions) {
    super(rotation, options);
    this.host = host;
    this.path = path;
    this.pathB = pathB;
    this.namespaces = rotation.namespaces;
  }

  /** Names it on the way of a request through this instance, of which a worker knows one only. */
  hopOf(instance: string): string {
    if (this.#hop === '') this.#hop = hopOf(instance, this.host, this.path);
    return this.#hop;
  }

  /** The grant to the given namespaces (sorted, some of the route's). */
  grantTo(namespaces: readonly string[]): Grant {
    if (namespaces.length === this.namespaces.length) return this;
    return this.#part(namespaces.join('/'));
  }

  /** The same without remembering it: with a cursor of its own where the route has none yet. */
  peekGrantTo(namespaces: readonly string[]): Grant {
    if (namespaces.length === this.namespaces.length) return this;
    const key = namespaces.join('/');
    return this.#partial?.get(key) ?? new Grant(this.rotation.part(key), this.options);
  }

  /** Its cursors go on where those of its predecessor stand. */
  inherit(previous: Route): void {
    takeTurn(this, previous);
    for (const [key, grant] of previous.#partial ?? []) {
      if (key.split('/').every((it) => this.namespaces.includes(it))) takeTurn(this.#part(key), grant);
    }
  }

  #part(key: string): Grant {
    this.#partial ??= new Map();
    let grant = this.#partial.get(key);
    if (grant === undefined) {
      if (this.#partial.size >= MOST_PARTS) this.#partial.clear();
      this.#partial.set(key, (grant = new Grant(this.rotation.part(key), this.options)));
    }
    return grant;
  }
}

function takeTurn(grant: Grant, previous: Grant): void {
  grant.next = previous.next;
  grant.turn = previous.turn;
}

/** A request for exactly `/a` where only `/a/` is a route: after the key check it is sent there. */
export interface Redirect {
  readonly kind: 'redirect';
  /** The route whose keys guard the answer. Its `path` (never beginning with `//`) is the Location, plus the query. */
  readonly route: Route;
}
