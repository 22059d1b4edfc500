import type { RouteName } from '../boundary/delta.ts';
import { keyOf } from '../wiring/object-id.ts';
import type { Pod } from '../wiring/pod.ts';
import { type ClaimOptions, PodClaims } from './pod-claims.ts';
import type { ChangedGrants, HostGrants } from '../grants/host-grants.ts';
import { Fences } from './fences.ts';
import type { DeclarationState } from './gated-pods.ts';
import type { HostNamespaces } from './host-namespaces.ts';
import type { Rejections } from './rejections.ts';
import type { RouteLimitOptions } from './route-limits.ts';
import type { DeclaredRoute } from './declared-route.ts';
import { Overlaps } from './overlaps.ts';
import { type RouteChanges, DeclaredRoutes } from './declared-routes.ts';

export type DesiredRoutesOptions = ClaimOptions & RouteLimitOptions;

/** Other parts of the inventory that work with routes. */
export interface RouteNeighbours {
  /** The current state of the pod with this key. */
  readonly pod: (key: string) => Pod | undefined;
  /** Receives which namespaces route which host; undefined: podway serves no TLS. */
  readonly namespaces: HostNamespaces | undefined;
  /** Undefined: any namespace may declare any host. */
  readonly grants: HostGrants | undefined;
  /** Called with the key of every pod that is checked again because grants changed. */
  readonly judgedAgain: (key: string) => void;
}

/**
 * The routes that pods declare, within the limits. A changed pod that declares the same routes costs one record for
 * each port. Any other change costs work in proportion to the routes of the pod.
 */
export class DesiredRoutes {
  /** Undefined: podway does not report overlaps. */
  readonly overlaps: Overlaps | undefined;
  readonly #routes: DeclaredRoutes;
  readonly #claims: PodClaims;
  readonly #neighbours: RouteNeighbours;
  readonly #fences: Fences;
  /** Pods that changed since the last `take` began, in their current state; undefined: deleted. */
  #changedPods = new Map<string, Pod | undefined>();

  constructor(options: DesiredRoutesOptions, rejections: Rejections, neighbours: RouteNeighbours) {
    const { namespaces, grants } = neighbours;
    const { overlaps } = options;
    this.#neighbours = neighbours;
    this.#routes = new DeclaredRoutes(options, (host, before, now) => {
      namespaces?.move(host, before, now);
      this.overlaps?.moved(host, before, now);
    });
    this.overlaps = overlaps && new Overlaps(overlaps, this.#routes);
    this.#fences = new Fences(this.#routes, namespaces);
    this.#claims = new PodClaims(options, this.#routes, rejections, grants);
  }

  podChanged(previous: Pod | undefined, next: Pod | undefined): void {
    const either = next ?? previous;
    if (either === undefined) return;
    this.#changedPods.set(keyOf(either), next);
    const change = Number(next !== undefined) - Number(previous !== undefined);
    if (change === 1 || change === -1) this.#neighbours.grants?.podsChanged(either.namespace, change);
  }

  /**
   * The differences from what the workers have. Yields after every bounded piece of work. Pods that change meanwhile
   * belong to the next call, which must begin after this one has ended.
   */
  *take(): Generator<void, RouteChanges> {
    const pods = this.#changedPods;
    this.#changedPods = new Map();
    const { grants } = this.#neighbours;
    if (grants !== undefined) yield* this.#judgeAgain(pods, yield* grants.take());
    for (const [key, pod] of pods) yield* this.#claims.set(key, pod);
    const changes = yield* this.#routes.settle();
    yield* this.#claims.judge();
    if (this.overlaps !== undefined) yield* this.overlaps.settle();
    return changes;
  }

  /** Adds the pods that declare hosts of the changed grants, and updates the fences of these hosts. */
  *#judgeAgain(pods: Map<string, Pod | undefined>, changed: ChangedGrants): Generator<void, void> {
    const { grants, pod, judgedAgain } = this.#neighbours;
    for (const key of yield* this.#claims.touchedBy(changed)) {
      judgedAgain(key);
      if (!pods.has(key)) pods.set(key, pod(key));
    }
    if (grants !== undefined) yield* this.#fences.settle(grants, changed);
  }

  /** Everything that the workers have, for a new worker. Must not be called while `take` is running. */
  whole(): RouteChanges {
    return this.#routes.whole();
  }

  /**
   * Whether the table contains the declarations of a pod.
   *
   * @param key see `keyOf`
   */
  declarationState(key: string): DeclarationState {
    return this.#claims.declarationState(key);
  }

  /** The pod has changed since the last `take`, which processed its earlier state. */
  isPending(key: string): boolean {
    return this.#changedPods.has(key);
  }

  /** Every route that the workers have. */
  published(): Iterable<DeclaredRoute> {
    return this.#routes.published();
  }

  /** The route of that name, if the workers have it. */
  route(name: RouteName): DeclaredRoute | undefined {
    return this.#routes.find(name);
  }

  /** Number of routes without a ready endpoint that are served by endpoints whose node is silent. */
  get lastResortRoutes(): number {
    return this.#routes.lastResortRoutes;
  }

  /** Number of routes whose pods have different options. */
  get differingRoutes(): number {
    return this.#routes.differingRoutes;
  }
}
