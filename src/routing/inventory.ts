import { type Pod, samePod } from '../wiring/pod.ts';
import type { Rejection } from '../wiring/rejection.ts';
import { type NamespaceSecret, sameSecret } from '../wiring/secret.ts';
import { wirePod } from '../wiring/wiring.ts';
import type { EndpointCondition, EndpointRecord, RouteDelta, RouteRecord } from './delta.ts';
import type { ClusterEvent } from './event.ts';
import { keyOf, Mirror } from './mirror.ts';
import { NamespaceKeys } from './namespace-keys.ts';
import { RejectionBook } from './rejection-book.ts';
import { WantedRoute } from './wanted-route.ts';

export interface InventoryOptions {
  /** Pods that are not Ready get no requests. */
  readonly requireReady: boolean;
  /** Ports that no container declares are refused. */
  readonly requireContainerPort: boolean;
  /** Secrets of other names are none of our business. */
  readonly secretName: string;
}

/** What `/routes` shows. Keys are counted, never shown, not even as digests. */
export interface Listing {
  readonly revision: number;
  readonly synced: boolean;
  readonly routes: readonly RouteRecord[];
  readonly keyedNamespaces: readonly { readonly namespace: string; readonly keys: number }[];
  readonly rejections: readonly Rejection[];
}

/**
 * What the cluster says now, and the route table that follows from it: a pure function of the objects, whatever order
 * the events came in. An event costs work in proportion to the routes of its pod; `takeDelta` gathers what changed since
 * the last call, so events of one turn coalesce and events without effect vanish.
 */
export class Inventory {
  readonly #options: InventoryOptions;
  readonly #pods: Mirror<Pod>;
  readonly #secrets: Mirror<NamespaceSecret>;

  /** By host, then path. Two maps and not a joined key: (`a.b`, `/c`) and (`a`, `.b/c`) never meet. */
  readonly #routes = new Map<string, Map<string, WantedRoute>>();
  readonly #routesOfPod = new Map<string, readonly WantedRoute[]>();
  readonly #rejections = new RejectionBook();
  readonly #keys = new NamespaceKeys();

  readonly #dirtyRoutes = new Set<WantedRoute>();
  #publishedSynced = false;
  #revision = 0;

  constructor(options: InventoryOptions) {
    this.#options = options;
    this.#pods = new Mirror(samePod, (previous, next) => this.#podChanged(previous, next));
    this.#secrets = new Mirror(sameSecret, (previous, next) => this.#secretChanged(previous, next));
  }

  /** Pods and secrets have both been listed once; a later outage does not take it back. */
  get synced(): boolean {
    return this.#pods.listed && this.#secrets.listed;
  }

  /** Of the last delta taken. */
  get revision(): number {
    return this.#revision;
  }

  /** The cluster has it now, whatever its state. */
  hasPod(namespace: string, name: string): boolean {
    return this.#pods.has({ namespace, name });
  }

  pods(event: ClusterEvent<Pod>): void {
    this.#pods.handle(event);
  }

  secrets(event: ClusterEvent<NamespaceSecret>): void {
    if ('object' in event && event.object.name !== this.#options.secretName) return;
    this.#secrets.handle(event);
  }

  /** What changed since the last call, as one step; undefined when workers would see no difference. */
  takeDelta(): RouteDelta | undefined {
    const routes: RouteRecord[] = [];
    const removed: { host: string; path: string }[] = [];
    for (const route of this.#dirtyRoutes) {
      if (route.publish()) {
        if (route.published === undefined) removed.push({ host: route.host, path: route.path });
        else routes.push(route.published);
      }
      if (route.published === undefined) this.#forget(route);
    }
    this.#dirtyRoutes.clear();
    const { keys, keysRemoved } = this.#keys.take();
    const { synced } = this;
    const changes = routes.length + removed.length + keys.length + keysRemoved.length;
    if (changes === 0 && synced === this.#publishedSynced) return undefined;
    this.#publishedSynced = synced;
    this.#revision++;
    return { revision: this.#revision, reset: false, synced, routes, removed, keys, keysRemoved };
  }

  /** The table of the last delta taken, for a worker that starts now. */
  whole(): RouteDelta {
    return {
      revision: this.#revision,
      reset: true,
      synced: this.#publishedSynced,
      routes: this.#publishedRoutes(),
      removed: [],
      keys: this.#keys.published,
      keysRemoved: [],
    };
  }

  /** How many wishes are refused now, by reason. */
  get rejected(): ReadonlyMap<string, number> {
    return this.#rejections.counts;
  }

  /** What is refused since the last call, so that each refusal is told once. */
  takeNewRejections(): Rejection[] {
    return this.#rejections.takeNew();
  }

  /** The table of the last delta taken, sorted for people. */
  listing(): Listing {
    return {
      revision: this.#revision,
      synced: this.#publishedSynced,
      routes: this.#publishedRoutes().sort((a, b) => byText(a.host, b.host) || byText(a.path, b.path)),
      keyedNamespaces: this.#keys.published
        .map((it) => ({ namespace: it.namespace, keys: it.digests.length }))
        .sort((a, b) => byText(a.namespace, b.namespace)),
      rejections: this.#rejections.all(),
    };
  }

  #podChanged(previous: Pod | undefined, next: Pod | undefined): void {
    if (previous !== undefined) this.#withdraw(keyOf(previous));
    if (next !== undefined) this.#offer(keyOf(next), next);
    else if (previous !== undefined) this.#rejections.set(`Pod/${keyOf(previous)}`, []);
  }

  #withdraw(podKey: string): void {
    for (const route of this.#routesOfPod.get(podKey) ?? []) {
      route.removePod(podKey);
      this.#dirtyRoutes.add(route);
    }
    this.#routesOfPod.delete(podKey);
  }

  #offer(podKey: string, pod: Pod): void {
    const { wirings, rejections } = wirePod(pod, this.#options);
    this.#rejections.set(`Pod/${podKey}`, rejections);
    if (pod.phase !== 'Running' || pod.ip === undefined) return;
    const condition = this.#conditionOf(pod);
    const routes = new Set<WantedRoute>();
    const endpoints = new Map<number, EndpointRecord>();
    for (const { host, path, port } of wirings) {
      const endpoint = endpoints.get(port) ?? endpointOf(pod, pod.ip, port, condition);
      endpoints.set(port, endpoint);
      const route = this.#route(host, path);
      route.add(podKey, endpoint);
      routes.add(route);
      this.#dirtyRoutes.add(route);
    }
    if (routes.size > 0) this.#routesOfPod.set(podKey, [...routes]);
  }

  #conditionOf(pod: Pod): EndpointCondition {
    if (pod.terminating) return 'terminating';
    return pod.ready || !this.#options.requireReady ? 'ready' : 'unready';
  }

  #route(host: string, path: string): WantedRoute {
    let paths = this.#routes.get(host);
    if (paths === undefined) this.#routes.set(host, (paths = new Map()));
    let route = paths.get(path);
    if (route === undefined) paths.set(path, (route = new WantedRoute(host, path)));
    return route;
  }

  #forget(route: WantedRoute): void {
    const paths = this.#routes.get(route.host);
    paths?.delete(route.path);
    if (paths?.size === 0) this.#routes.delete(route.host);
  }

  #publishedRoutes(): RouteRecord[] {
    const routes: RouteRecord[] = [];
    for (const paths of this.#routes.values()) {
      for (const { published } of paths.values()) if (published !== undefined) routes.push(published);
    }
    return routes;
  }

  #secretChanged(previous: NamespaceSecret | undefined, next: NamespaceSecret | undefined): void {
    this.#keys.secretChanged(previous, next);
    if (previous !== undefined) this.#rejections.set(`Secret/${keyOf(previous)}`, []);
    if (next !== undefined) this.#rejections.set(`Secret/${keyOf(next)}`, next.rejections);
  }
}

function endpointOf(pod: Pod, ip: string, port: number, condition: EndpointCondition): EndpointRecord {
  const id = `${pod.uid}|${ip}|${port}`;
  return { id, uid: pod.uid, namespace: pod.namespace, pod: pod.name, address: ip, port, condition };
}

function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
