import type { RouteName } from '../boundary/delta.ts';
import { keyOf } from '../wiring/object-id.ts';
import type { Pod } from '../wiring/pod.ts';
import { type ClaimOptions, PodClaims } from './pod-claims.ts';
import type { ChangedGrants, HostGrants } from '../grants/host-grants.ts';
import { Fences } from './fences.ts';
import type { Standing } from './gated-pods.ts';
import type { HostNamespaces } from './host-namespaces.ts';
import type { Rejections } from './rejections.ts';
import type { RouteLimitOptions } from './route-limits.ts';
import type { DeclaredRoute } from './declared-route.ts';
import { Overlaps } from './overlaps.ts';
import { type RouteChanges, DeclaredRoutes } from './declared-routes.ts';

export type DesiredRoutesOptions = ClaimOptions & RouteLimitOptions;

/** What else routes have to do with. */
export interface RouteNeighbours {
  /** The pod of this key, as it is now. */
  readonly pod: (key: string) => Pod | undefined;
  /** Learns which namespaces route which host; absent: it is not checked. */
  readonly namespaces: HostNamespaces | undefined;
  /** Absent: any namespace may ask for any host. */
  readonly grants: HostGrants | undefined;
  /** Called for unchanged pods whose declarations are subject to other grants. */
  readonly judgedAgain: (key: string) => void;
}

/**
 * The routes that pods ask for, within the limits. A change of a pod that goes on asking for the same routes costs one
 * record, any other costs work in proportion to the routes of its pod.
 */
export class DesiredRoutes {
  /** Undefined: it is not reported. */
  readonly overlaps: Overlaps | undefined;
  readonly #routes: DeclaredRoutes;
  readonly #claims: PodClaims;
  readonly #neighbours: RouteNeighbours;
  readonly #fences: Fences;
  /** Pods that changed since the last batch began, as they are now. */
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
   * What differs from what the workers know. Yields after every bounded piece of work; pods that change meanwhile belong
   * to the next call, which comes after the end of this.
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

  /** Adds the pods that ask for hosts of these grants, and sets the fences of the hosts. */
  *#judgeAgain(pods: Map<string, Pod | undefined>, changed: ChangedGrants): Generator<void, void> {
    const { grants, pod, judgedAgain } = this.#neighbours;
    for (const key of yield* this.#claims.touchedBy(changed)) {
      judgedAgain(key);
      if (!pods.has(key)) pods.set(key, pod(key));
    }
    if (grants !== undefined) yield* this.#fences.settle(grants, changed);
  }

  /** All that the workers know, for one that starts now; not while `take` is under way. */
  whole(): RouteChanges {
    return this.#routes.whole();
  }

  /** How far the declarations of a pod are in the table; `key` as `keyOf` makes it. */
  standing(key: string): Standing {
    return this.#claims.standing(key);
  }

  /** The pod has changed since the last `take`, which processed its earlier state. */
  isPending(key: string): boolean {
    return this.#changedPods.has(key);
  }

  /** Every route that the workers know. */
  published(): Iterable<DeclaredRoute> {
    return this.#routes.published();
  }

  /** The route of that name, if the workers know one. */
  route(name: RouteName): DeclaredRoute | undefined {
    return this.#routes.find(name);
  }

  /** Routes without a ready endpoint that are served by endpoints whose node is silent. */
  get lastResortRoutes(): number {
    return this.#routes.lastResortRoutes;
  }

  /** Routes whose pods have different options. */
  get differingRoutes(): number {
    return this.#routes.differingRoutes;
  }
}
