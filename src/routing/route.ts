import { hash } from 'node:crypto';
import type { RouteRecord } from '../boundary/delta.ts';
import { Grant } from './grant.ts';
import { hopOf } from './hop.ts';
import type { Rotation } from './rotation.ts';
import type { RouteTally } from './tallies.ts';

export type { Endpoint } from './endpoint.ts';

/**
 * The result of matching a request, and the grant to all namespaces of the route. A new set of endpoints makes a new
 * route, and running exchanges keep the old one. Only cursors, partial grants and counts change in place.
 */
export class Route extends Grant {
  readonly kind = 'route';
  /** Created when the first request ends. */
  counts: RouteTally | undefined = undefined;
  readonly host: string;
  readonly path: string;
  /** `path` in view B (see wiring/path.ts). */
  readonly pathB: string;
  /** No shorter path serves requests below this one. */
  readonly isFence: boolean;
  #hop = '';
  #stickyName = '';

  constructor({ host, path, fence }: Omit<RouteRecord, 'set'>, pathB: string, rotation: Rotation) {
    super(rotation);
    this.isFence = fence === true;
    this.host = host;
    this.path = path;
    this.pathB = pathB;
  }

  /**
   * Names the route on the way of a request through this instance. The result is kept: a worker knows only one
   * instance.
   */
  hopOf(instance: string): string {
    if (this.#hop === '') this.#hop = hopOf(instance, this.host, this.path);
    return this.#hop;
  }

  /**
   * The name of the cookie that keeps clients at a pod. All workers and replicas use the same name, and each route of a
   * host has another one.
   */
  get stickyName(): string {
    if (this.#stickyName === '')
      this.#stickyName = `podway-${hash('sha256', `${this.host} ${this.path}`).slice(0, 6)}`;
    return this.#stickyName;
  }
}

/** A request for exactly `/a` if only `/a/` is a route. podway redirects it there after the key check. */
export interface Redirect {
  readonly kind: 'redirect';
  /** The route whose keys guard the answer. Its `path` (never beginning with `//`) is the Location, plus the query. */
  readonly route: Route;
}
