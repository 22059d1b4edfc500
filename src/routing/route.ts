import { hash } from 'node:crypto';
import type { RouteRecord } from '../boundary/delta.ts';
import { Grant } from './grant.ts';
import { hopOf } from './hop.ts';
import type { Rotation } from './rotation.ts';
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
  /** No shorter path answers for what is below this one. */
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

  /** Names it on the way of a request through this instance, of which a worker knows one only. */
  hopOf(instance: string): string {
    if (this.#hop === '') this.#hop = hopOf(instance, this.host, this.path);
    return this.#hop;
  }

  /** The cookie that keeps clients at a pod: the same at all workers and replicas, and another one for every route of a host. */
  get stickyName(): string {
    if (this.#stickyName === '')
      this.#stickyName = `podway-${hash('sha256', `${this.host} ${this.path}`).slice(0, 6)}`;
    return this.#stickyName;
  }
}

/** A request for exactly `/a` where only `/a/` is a route: after the key check it is sent there. */
export interface Redirect {
  readonly kind: 'redirect';
  /** The route whose keys guard the answer. Its `path` (never beginning with `//`) is the Location, plus the query. */
  readonly route: Route;
}
