import { keyOf } from '../wiring/object-id.ts';
import { type Pod, samePod } from '../wiring/pod.ts';
import type { Rejection, RejectionReason } from '../wiring/rejection.ts';
import { type NamespaceObject, sameNamespace } from '../wiring/namespace.ts';
import { type NamespaceSecret, sameSecret } from '../wiring/secret.ts';
import { sameTlsSecret, type TlsSecret } from '../wiring/tls-secret.ts';
import { runToEnd } from '../boundary/run-to-end.ts';
import { type CertificateDelta, NO_CERTIFICATES } from '../boundary/certificates.ts';
import type { EndpointRecord, RouteDelta, RouteName } from '../boundary/delta.ts';
import type { EndpointSet } from './endpoint-sets.ts';
import type { Holding } from '../grants/grant-book.ts';
import { HostGrants } from '../grants/host-grants.ts';
import { Causes, type GatheredCauses } from './causes.ts';
import type { ClusterEvent } from './event.ts';
import { Intake } from './intake.ts';
import { ObjectStore } from './object-store.ts';
import { NamespaceKeys, type NamespaceKeysOptions } from './namespace-keys.ts';
import type { KeyDelta, KeyListing } from './published-keys.ts';
import { compareRoutes } from '../wiring/order.ts';
import { DesiredRoutes, type DesiredRoutesOptions } from './desired-routes.ts';
import { GatedPods } from './gated-pods.ts';
import { HostNamespaces } from './host-namespaces.ts';
import type { Overlap, Overlaps } from './overlaps.ts';
import { type ChangedRejections, Rejections } from './rejections.ts';
import { type ListedHost, TlsCertificates } from './tls-certificates.ts';
import { UnselectedPods } from './unselected-pods.ts';
import type { RouteChanges } from './declared-routes.ts';

export interface InventoryOptions extends DesiredRoutesOptions, NamespaceKeysOptions {
  /** The name of Secrets with keys. podway ignores Secrets of other names. */
  readonly secretName: string;
  /** Names of the Secrets that hold certificates; undefined: podway serves no TLS. */
  readonly tlsSecrets: readonly string[] | undefined;
}

/** A route with its endpoints. */
export interface ListedRoute extends RouteName {
  /** The route is a fence: routes of other namespaces end here because of a grant. */
  readonly fence?: boolean;
  readonly endpoints: readonly EndpointRecord[];
}

/** A route in the inventory. It is not a copy, so callers must not change it. */
export interface PublishedRoute extends RouteName {
  readonly published: Pick<EndpointSet, 'endpoints' | 'namespaces'>;
}

/** The content of `/routes`. It contains the number of keys, but no keys and no digests. */
export interface Listing {
  readonly revision: number;
  readonly synced: boolean;
  readonly routes: readonly ListedRoute[];
  readonly namespaces: KeyListing;
  /** Hosts with a certificate. */
  readonly certificates: readonly ListedHost[];
  readonly rejections: readonly Rejection[];
  /** Which namespace holds which host; undefined: any namespace may declare any host. */
  readonly grants: readonly Holding[] | undefined;
  /** Hosts that several namespaces route. */
  readonly overlaps: readonly Overlap[];
}

/**
 * The current state of the cluster, and the route table that follows from it, for every order of events. An event is
 * only noted. `changes` works out what follows from all noted events, so events of one turn of the event loop are
 * combined, and events without effect disappear. `DesiredRoutes`, `NamespaceKeys` and `TlsCertificates` do this work:
 * each receives the changes and returns its share of the delta.
 */
export class Inventory {
  readonly #causes = new Causes();
  /** Receives events. A large list takes effect with the next call of `changes`, or of its `settle`. */
  readonly intake = new Intake(this.#causes);
  /** What podway knows of the key of every namespace. */
  readonly keys: NamespaceKeys;
  /** Undefined: podway serves no TLS. */
  readonly certificates: TlsCertificates | undefined;
  /** Pods with podway's readiness gate. */
  readonly gated = new GatedPods({
    rejections: (key) => this.#rejections.of(`Pod/${key}`),
    declarationState: (key) => this.#routes.declarationState(key),
    isUndecided: (key) => this.#routes.isPending(key) || this.#grants?.isKnown === false,
    isUnknown: (namespace) => this.keys.unknown.has(namespace),
  });
  readonly #options: InventoryOptions;
  /** One store for each Secret name that podway follows. */
  readonly #tlsSecrets: ReadonlyMap<string, ObjectStore<TlsSecret>>;
  readonly #pods: ObjectStore<Pod>;
  readonly #secrets: ObjectStore<NamespaceSecret>;
  readonly #rejections = new Rejections((object) => this.gated.rejectionsChanged(object));
  /** Pods that the label selector leaves out, probably by mistake. The events of pods never contain them. */
  readonly unselected = new UnselectedPods(this.#rejections, (key) => this.#pods.get(key) !== undefined);
  /** Undefined: any namespace may declare any host. */
  readonly #grants: HostGrants | undefined;
  readonly #namespaces: ObjectStore<NamespaceObject>;
  readonly #routes: DesiredRoutes;
  /** The causes of the last result of `changes`. */
  #taken: GatheredCauses = this.#causes.take();
  #settled = true;
  #publishedSynced = false;
  #revision = 0;

  constructor(options: InventoryOptions) {
    this.#options = options;
    this.keys = new NamespaceKeys(options, this.#rejections);
    const { tlsSecrets } = options;
    const namespaces = tlsSecrets && new HostNamespaces();
    this.certificates = namespaces && new TlsCertificates(namespaces, this.#rejections);
    this.#grants =
      options.grants &&
      new HostGrants(options.grants, {
        reject: (object, rejections) => this.#rejections.set(object, rejections),
        namespaceOf: (name) => this.#namespaces.get(keyOf({ namespace: 'default', name })),
      });
    this.#namespaces = new ObjectStore(sameNamespace, (previous, next) => {
      this.#causes.changed('Namespace', previous, next);
      this.#grants?.namespaceChanged((next ?? previous)?.name ?? '');
    });
    this.#routes = new DesiredRoutes(options, this.#rejections, {
      pod: (key) => this.#pods.get(key),
      namespaces,
      grants: this.#grants,
      judgedAgain: (key) => this.gated.touch(key),
    });
    this.#pods = new ObjectStore(samePod, (previous, next) => {
      this.#causes.changed('Pod', previous, next);
      if (next !== undefined) this.unselected.selected(keyOf(next));
      this.gated.podChanged(previous, next);
      this.#routes.podChanged(previous, next);
      this.keys.podChanged(previous, next);
    });
    this.#secrets = new ObjectStore(sameSecret, (previous, next) => {
      this.#causes.changed('Secret', previous, next);
      this.keys.secretChanged(previous, next);
    });
    const store = () =>
      new ObjectStore(sameTlsSecret, (previous: TlsSecret | undefined, next: TlsSecret | undefined) => {
        this.#causes.changed('Secret', previous, next);
        this.certificates?.changed(previous, next);
      });
    this.#tlsSecrets = new Map(tlsSecrets?.map((name) => [name, store()]));
  }

  /**
   * Pods, the Secrets of all of them and, for grants, Namespaces have been listed; a later outage does not undo this.
   */
  get synced(): boolean {
    return this.#pods.listed && this.keys.complete && this.#grants?.isComplete !== false;
  }

  /** True when the cluster has this pod, in any condition. */
  hasPod(namespace: string, name: string): boolean {
    return this.#pods.has({ namespace, name });
  }

  pods(event: ClusterEvent<Pod>): void {
    this.intake.take('Pod', this.#pods, event, () => this.keys.podsListed());
  }

  secrets(event: ClusterEvent<NamespaceSecret>): void {
    if ('object' in event && event.object.name !== this.#options.secretName) return;
    this.intake.take('Secret', this.#secrets, event, () => this.keys.listed());
  }

  namespaces(event: ClusterEvent<NamespaceObject>): void {
    this.intake.take('Namespace', this.#namespaces, event, () => this.#grants?.listed());
  }

  /** @param name of the Secrets that this source follows. Events of other Secrets are ignored. */
  tlsSecretsOf(name: string, event: ClusterEvent<TlsSecret>): void {
    if ('object' in event && event.object.name !== name) return;
    const store = this.#tlsSecrets.get(name);
    if (store !== undefined) this.intake.take('Secret', store, event);
  }

  /** The Secrets with certificates have been listed. */
  get certificatesListed(): boolean {
    return [...this.#tlsSecrets.values()].every(({ listed }) => listed);
  }

  /**
   * The changes since the last call; undefined when workers would see no difference. Yields after every bounded piece
   * of work. Events that arrive meanwhile belong to the next call, which must begin after this one has ended.
   *
   * @param now milliseconds since 1970: certificates become valid and expire
   */
  *changes(now: number): Generator<void, RouteDelta | undefined> {
    yield* this.intake.settle();
    this.#settled = false;
    this.#taken = this.#causes.take();
    const { synced } = this;
    const keys = this.keys.take();
    const routes = yield* this.#routes.take();
    const certificates =
      this.certificates === undefined ? NO_CERTIFICATES : yield* this.certificates.take(now, synced);
    this.#settled = true;
    const changed = !isEmpty(keys) || !isEmpty(routes) || !isEmpty(certificates);
    if (!changed && synced === this.#publishedSynced) return undefined;
    this.#publishedSynced = synced;
    this.#revision++;
    return { revision: this.#revision, reset: false, synced, ...routes, ...keys, ...certificates };
  }

  /** Runs `changes` to its end without a pause. */
  takeDelta(now = 0): RouteDelta | undefined {
    return runToEnd(this.changes(now));
  }

  /** True when no call of `changes` is running. */
  get settled(): boolean {
    return this.#settled;
  }

  /** The table of the last delta, for a new worker. Must not be called while `changes` is running. */
  whole(): RouteDelta {
    return {
      revision: this.#revision,
      reset: true,
      synced: this.#publishedSynced,
      ...this.#routes.whole(),
      ...this.keys.whole(),
      ...(this.certificates?.whole() ?? NO_CERTIFICATES),
    };
  }

  /** The revision of the table that the workers have or are about to get. */
  get revision(): number {
    return this.#revision;
  }

  /** Every route that the workers have, in no order. Routes with the same endpoints share one set. */
  published(): Iterable<PublishedRoute> {
    return this.#routes.published();
  }

  /** The route of that name, if the workers have it. */
  route(name: RouteName): PublishedRoute | undefined {
    return this.#routes.route(name);
  }

  /** The current rejections, in no order, and a number that changes whenever they may have changed. */
  rejections(): { readonly version: number; all(): Rejection[] } {
    return this.#rejections;
  }

  /** Number of routes without a ready endpoint that are served by endpoints whose node is silent. */
  get lastResortRoutes(): number {
    return this.#routes.lastResortRoutes;
  }

  /** Number of routes whose pods have different options. */
  get differingRoutes(): number {
    return this.#routes.differingRoutes;
  }

  /** Number of current rejections, by reason. */
  get rejected(): ReadonlyMap<RejectionReason, number> {
    return this.#rejections.counts;
  }

  /** Hosts that several namespaces route; undefined: podway does not check this. */
  get overlaps(): Overlaps | undefined {
    return this.#routes.overlaps;
  }

  /** The rejections that appeared since the last call, and those that are gone, so that podway reports each once. */
  takeRejections(): ChangedRejections {
    return this.#rejections.take();
  }

  /** The objects that changed before the last call of `changes`, and so are the causes of its result. */
  get causes(): GatheredCauses {
    return this.#taken;
  }

  /** The table that the workers have, sorted for display. */
  listing(): Listing {
    const routes = Array.from(this.#routes.published(), ({ host, path, record, published }) => ({
      host,
      path,
      ...(record?.fence && { fence: true }),
      get endpoints() {
        return published.endpoints.map((it) => it.published ?? it.record());
      },
    }));
    return {
      revision: this.#revision,
      synced: this.#publishedSynced,
      routes: routes.sort(compareRoutes),
      namespaces: this.keys.listing(),
      certificates: this.certificates?.listing() ?? [],
      grants: this.#grants?.listing(),
      overlaps: this.#routes.overlaps?.listing() ?? [],
      rejections: this.#rejections.sorted(),
    };
  }
}

function isEmpty(changes: RouteChanges | KeyDelta | CertificateDelta): boolean {
  return Object.values(changes).every((list: readonly unknown[]) => list.length === 0);
}
