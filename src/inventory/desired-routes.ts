import type { RouteName } from '../boundary/delta.ts';
import { keyOf } from '../wiring/object-id.ts';
import type { Pod } from '../wiring/pod.ts';
import { type ClaimOptions, PodClaims } from './pod-claims.ts';
import type { HostNamespaces } from './host-namespaces.ts';
import type { Rejections } from './rejections.ts';
import type { RouteLimitOptions } from './route-limits.ts';
import type { WantedRoute } from './wanted-route.ts';
import { type RouteChanges, WantedRoutes } from './wanted-routes.ts';

export type DesiredRoutesOptions = ClaimOptions & RouteLimitOptions;

/**
 * The routes that pods ask for, within the limits. A change of a pod that goes on asking for the same routes costs one
 * record, any other costs work in proportion to the routes of its pod.
 */
export class DesiredRoutes {
  readonly #routes: WantedRoutes;
  readonly #claims: PodClaims;
  /** Pods that changed since the last batch began, as they are now. */
  #changedPods = new Map<string, Pod | undefined>();

  /** @param namespaces is told which namespaces route which host; absent: nobody asks */
  constructor(options: DesiredRoutesOptions, rejections: Rejections, namespaces?: HostNamespaces) {
    this.#routes = new WantedRoutes(
      options,
      namespaces && ((host, before, now) => namespaces.move(host, before, now)),
    );
    this.#claims = new PodClaims(options, this.#routes, rejections);
  }

  podChanged(previous: Pod | undefined, next: Pod | undefined): void {
    const either = next ?? previous;
    if (either !== undefined) this.#changedPods.set(keyOf(either), next);
  }

  /**
   * What differs from what the workers know. Yields after every bounded piece of work; pods that change meanwhile belong
   * to the next call, which comes after the end of this.
   */
  *take(): Generator<void, RouteChanges> {
    const pods = this.#changedPods;
    this.#changedPods = new Map();
    for (const [key, pod] of pods) yield* this.#claims.set(key, pod);
    const changes = yield* this.#routes.settle();
    yield* this.#claims.judge();
    return changes;
  }

  /** All that the workers know, for one that starts now; not while `take` is under way. */
  whole(): RouteChanges {
    return this.#routes.whole();
  }

  /** Every route that the workers know. */
  published(): Iterable<WantedRoute> {
    return this.#routes.published();
  }

  /** The route of that name, if the workers know one. */
  route(name: RouteName): WantedRoute | undefined {
    return this.#routes.find(name);
  }

  /** Routes without a ready endpoint that are served by endpoints whose node is silent. */
  get lastResortRoutes(): number {
    return this.#routes.lastResortRoutes;
  }

  /** Routes whose pods say different words. */
  get differingRoutes(): number {
    return this.#routes.differingRoutes;
  }
}
