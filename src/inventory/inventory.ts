import { keyOf } from '../wiring/object-id.ts';
import { type Pod, samePod } from '../wiring/pod.ts';
import type { Rejection, RejectionReason } from '../wiring/rejection.ts';
import { type NamespaceObject, sameNamespace } from '../wiring/namespace.ts';
import { type NamespaceSecret, sameSecret } from '../wiring/secret.ts';
import { sameTlsSecret, type TlsSecret } from '../wiring/tls-secret.ts';
import { atOnce } from '../boundary/at-once.ts';
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
  /** Secrets of other names are ignored. */
  readonly secretName: string;
  /** The Secrets that hold certificates; undefined: podway serves no TLS. */
  readonly tlsSecrets: readonly string[] | undefined;
}

/** A route with its endpoints. */
export interface ListedRoute extends RouteName {
  /** Routes of other namespaces end here, by the grants of hosts. */
  readonly fence?: boolean;
  readonly endpoints: readonly EndpointRecord[];
}

/** A route of the inventory itself, not a copy. */
export interface PublishedRoute extends RouteName {
  readonly published: Pick<EndpointSet, 'endpoints' | 'namespaces'>;
}

/** What `/routes` shows. Keys are counted, never shown, not even as digests. */
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
 * What the cluster says now, and the route table that follows from it: a pure function of the objects, for every order of
 * events. An event is only noted; `changes` works out what follows from all of them, so events of one turn coalesce and
 * events without effect vanish. Its parts work it out: each is passed what changed and returns its share of the delta:
 * routes (`DesiredRoutes`), keys (`NamespaceKeys`) and certificates (`TlsCertificates`).
 */
export class Inventory {
  readonly #causes = new Causes();
  /** What takes events in: a large list takes effect with the next call of `changes`, or of its `settle`. */
  readonly intake = new Intake(this.#causes);
  /** What is known of every namespace's key. */
  readonly keys: NamespaceKeys;
  /** Undefined: podway serves no TLS. */
  readonly certificates: TlsCertificates | undefined;
  /** Pods that wait for podway. */
  readonly gated = new GatedPods({
    rejections: (key) => this.#rejections.of(`Pod/${key}`),
    standing: (key) => this.#routes.standing(key),
    isUndecided: (key) => this.#routes.isPending(key) || this.#grants?.isKnown === false,
    isUnknown: (namespace) => this.keys.unknown.has(namespace),
  });
  readonly #options: InventoryOptions;
  /** By the name of its Secrets. */
  readonly #tlsSecrets: ReadonlyMap<string, ObjectStore<TlsSecret>>;
  readonly #pods: ObjectStore<Pod>;
  readonly #secrets: ObjectStore<NamespaceSecret>;
  readonly #rejections = new Rejections((object) => this.gated.rejectionsChanged(object));
  /** What the pods event never brings: pods that nearly are selected. */
  readonly unselected = new UnselectedPods(this.#rejections, (key) => this.#pods.get(key) !== undefined);
  /** Undefined: any namespace may ask for any host. */
  readonly #grants: HostGrants | undefined;
  readonly #namespaces: ObjectStore<NamespaceObject>;
  readonly #routes: DesiredRoutes;
  /** Of what `changes` worked out last. */
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

  /** Pods have been listed, secrets of all of them, and Namespaces where these hold hosts; a later outage does not take it back. */
  get synced(): boolean {
    return this.#pods.listed && this.keys.complete && this.#grants?.isComplete !== false;
  }

  /** The cluster has it now, in any state. */
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

  /** @param name of the Secrets that are followed; others are ignored */
  tlsSecretsOf(name: string, event: ClusterEvent<TlsSecret>): void {
    if ('object' in event && event.object.name !== name) return;
    const store = this.#tlsSecrets.get(name);
    if (store !== undefined) this.intake.take('Secret', store, event);
  }

  /** The Secrets with certificates have been listed, too. */
  get certificatesListed(): boolean {
    return [...this.#tlsSecrets.values()].every(({ listed }) => listed);
  }

  /**
   * What changed since the last call, as one step; undefined when workers would see no difference. Yields after every
   * bounded piece of work; events that are handled meanwhile belong to the next call, which comes after the end of this.
   *
   * @param now milliseconds since 1970: certificates begin and cease to be valid
   */
  *changes(now: number): Generator<void, RouteDelta | undefined> {
    yield* this.intake.settle();
    this.#settled = false;
    this.#taken = this.#causes.take();
    const { synced } = this;
    const keys = this.keys.take();
    const routes = yield* this.#routes.take();
    const certificates =
      this.certificates === undefined ? NO_CERTIFICATES : yield* this.certificates.take(now);
    this.#settled = true;
    const changed = !isEmpty(keys) || !isEmpty(routes) || !isEmpty(certificates);
    if (!changed && synced === this.#publishedSynced) return undefined;
    this.#publishedSynced = synced;
    this.#revision++;
    return { revision: this.#revision, reset: false, synced, ...routes, ...keys, ...certificates };
  }

  /** `changes` at a stretch. */
  takeDelta(now = 0): RouteDelta | undefined {
    return atOnce(this.changes(now));
  }

  /** No delta is being made. */
  get settled(): boolean {
    return this.#settled;
  }

  /** The table of the last delta taken, for a worker that starts now; not while the next delta is being made. */
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

  /** Of the table that the workers know, or are about to. */
  get revision(): number {
    return this.#revision;
  }

  /** Every route that the workers know, in no order; routes of the same endpoints share them. */
  published(): Iterable<PublishedRoute> {
    return this.#routes.published();
  }

  /** The route of that name, if the workers know one. */
  route(name: RouteName): PublishedRoute | undefined {
    return this.#routes.route(name);
  }

  /** The current rejections, in no order, and a number that changes whenever they may have changed. */
  rejections(): { readonly version: number; all(): Rejection[] } {
    return this.#rejections;
  }

  /** Routes without a ready endpoint that are served by endpoints whose node is silent. */
  get lastResortRoutes(): number {
    return this.#routes.lastResortRoutes;
  }

  /** Routes whose pods have different options. */
  get differingRoutes(): number {
    return this.#routes.differingRoutes;
  }

  /** How many rejections there are now, by reason. */
  get rejected(): ReadonlyMap<RejectionReason, number> {
    return this.#rejections.counts;
  }

  /** Hosts that several namespaces route; undefined: it is not checked. */
  get overlaps(): Overlaps | undefined {
    return this.#routes.overlaps;
  }

  /** Rejections that are new since the last call, and those that are gone, so that each is reported once. */
  takeRejections(): ChangedRejections {
    return this.#rejections.take();
  }

  /** The objects that changed before the last call of `changes`: what it worked out follows from them. */
  get causes(): GatheredCauses {
    return this.#taken;
  }

  /** The table that the workers know, sorted for people. */
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
