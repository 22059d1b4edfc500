import type { Pod } from '../wiring/pod.ts';
import { REJECTED } from '../wiring/options/pod-options.ts';
import { PodAddresses, type PodAddressRules } from '../wiring/pod-address.ts';
import { printable, type Rejection, referTo } from '../wiring/rejection.ts';
import { type PodWiring, type Wiring, type WiringOptions, wirePod } from '../wiring/annotations/wiring.ts';
import type { EndpointCondition } from '../boundary/delta.ts';
import { compareRoutes } from '../wiring/order.ts';
import type { ChangedGrants, HostGrants, HostGrantsOptions } from '../grants/host-grants.ts';
import { ClaimedHosts } from './claimed-hosts.ts';
import { grantedWirings } from './granted-wirings.ts';
import type { OverlapKind } from './overlaps.ts';
import type { DeclarationState } from './gated-pods.ts';
import type { Rejections } from './rejections.ts';
import { type EndpointState, DeclaredEndpoint } from './declared-endpoint.ts';
import type { DeclaredRoute } from './declared-route.ts';
import type { DeclaredRoutes } from './declared-routes.ts';

export interface ClaimOptions extends WiringOptions {
  /** Pods that are not Ready get no requests. */
  readonly requireReady: boolean;
  readonly addressRules: PodAddressRules;
  /** Options of host grants; undefined: any namespace may declare any host. */
  readonly grants?: HostGrantsOptions | undefined;
  /** Which hosts of several namespaces podway reports: see `Overlaps`; undefined: none. */
  readonly overlaps?: OverlapKind | undefined;
}

/** The declarations of one pod. When its annotations, ports or uid change, a new claim replaces this one. */
interface Claim {
  pod: Pod;
  /** Rejections that do not depend on the routes of other pods. */
  readonly rejections: readonly Rejection[];
  /** Rejections of ports because of the pod's address. */
  misplaced: readonly Rejection[];
  /** Rejections of routes above the limits. */
  cut: readonly Rejection[];
  readonly ports: readonly PortClaim[];
}

interface PortClaim {
  readonly endpoint: DeclaredEndpoint;
  readonly routes: readonly DeclaredRoute[];
}

/** The address and condition of one port of a pod. */
interface Place {
  readonly state: EndpointState;
  /** Rejections of its addresses. */
  readonly misplaced: readonly Rejection[];
}

const CUT_BY = { namespace: 'too-many-routes-of-namespace', all: 'too-many-routes-of-all' } as const;

/** Routes processed between two yields. */
const YIELD_EVERY = 256;

/** The routes that each pod declares. */
export class PodClaims {
  readonly #options: ClaimOptions;
  readonly #addresses: PodAddresses;
  readonly #routes: DeclaredRoutes;
  readonly #rejections: Rejections;
  /** Undefined: any namespace may declare any host. */
  readonly #grants: HostGrants | undefined;
  readonly #claimed = new ClaimedHosts();
  /** Pods that must be read again although they declare the same, because grants changed. */
  readonly #unread = new Set<string>();
  readonly #claims = new Map<string, Claim>();
  readonly #ofNamespace = new Map<string, Set<string>>();
  /** Pods whose routes have not been checked against the limits. */
  readonly #unchecked = new Set<string>();
  #numbers = 0;

  constructor(options: ClaimOptions, routes: DeclaredRoutes, rejections: Rejections, grants?: HostGrants) {
    this.#options = options;
    this.#grants = grants;
    this.#addresses = new PodAddresses(options.addressRules);
    this.#routes = routes;
    this.#rejections = rejections;
  }

  /**
   * Sets the current state of a pod; undefined: it was deleted. A pod that declares the same routes costs one record
   * for each port, regardless of the number of routes. Yields after every bounded piece of work.
   */
  *set(key: string, pod: Pod | undefined): Generator<void, void> {
    const before = this.#claims.get(key);
    const isRead = !this.#unread.delete(key);
    if (isRead && before !== undefined && pod !== undefined && declaresTheSame(before.pod, pod)) {
      before.pod = pod;
      this.#update(key, before);
      return;
    }
    const after = pod === undefined ? undefined : this.#read(key, pod, before);
    if (pod === undefined) this.#forgetAll(key);
    yield;
    for (const port of after?.ports ?? []) yield* this.#declare(port, before, true);
    for (const port of before?.ports ?? []) yield* this.#declare(port, after, false);
    if (before !== undefined) this.#forget(key, before.pod);
    if (after !== undefined) this.#keep(key, after);
  }

  /**
   * Reports pods with routes that the limits leave out. Called after the limits have been applied. Costs work in
   * proportion to the routes of new pods and of the namespaces concerned.
   */
  *judge(): Generator<void, void> {
    for (const namespace of this.#routes.limits.takeChanged())
      for (const key of this.#ofNamespace.get(namespace) ?? []) this.#unchecked.add(key);
    for (const key of this.#unchecked) {
      const claim = this.#claims.get(key);
      if (claim === undefined) continue;
      claim.cut = this.#cutOf(claim);
      this.#report(key, claim);
      yield;
    }
    this.#unchecked.clear();
  }

  /** Whether the table contains the declarations of a pod. */
  declarationState(key: string): DeclarationState {
    const claim = this.#claims.get(key);
    if (claim === undefined) return 'none';
    return claim.ports.every(({ endpoint }) => endpoint.state.condition === 'ready') ? 'routed' : 'waiting';
  }

  /** Keys of the pods that declare hosts of changed grants: the next `set` of each checks it again. */
  *touchedBy(changed: ChangedGrants): Generator<void, ReadonlySet<string>> {
    const touched = yield* this.#claimed.touchedBy(changed);
    for (const key of touched) this.#unread.add(key);
    return touched;
  }

  #forgetAll(key: string): void {
    this.#rejections.set(`Pod/${key}`, []);
    this.#claimed.set(key, []);
  }

  #keep(key: string, claim: Claim): void {
    const { namespace } = claim.pod;
    const keys = this.#ofNamespace.get(namespace);
    if (keys === undefined) this.#ofNamespace.set(namespace, new Set([key]));
    else keys.add(key);
    this.#claims.set(key, claim);
    this.#unchecked.add(key);
  }

  #forget(key: string, { namespace }: Pod): void {
    const keys = this.#ofNamespace.get(namespace);
    keys?.delete(key);
    if (keys?.size === 0) this.#ofNamespace.delete(namespace);
    this.#claims.delete(key);
  }

  #cutOf({ pod, ports }: Claim): Rejection[] {
    const { limits } = this.#routes;
    const limit = limits.cutBy(pod.namespace);
    if (limit === undefined) return [];
    const routes = new Set(ports.flatMap((port) => port.routes));
    const cut = [...routes].filter((route) => limits.cuts(pod.namespace, route)).sort(compareRoutes);
    const [first] = cut;
    if (first === undefined) return [];
    const detail = printable(`${cut.length} of ${routes.size} routes, from ${first.host}${first.path} on`);
    return [{ object: referTo(pod), reason: CUT_BY[limit], detail }];
  }

  #update(key: string, claim: Claim): void {
    const { pod, ports, misplaced } = claim;
    claim.misplaced = ports.flatMap(({ endpoint }) => {
      const place = this.#placeOf(pod, endpoint);
      this.#setState(endpoint, place.state);
      return place.misplaced;
    });
    if (misplaced.length + claim.misplaced.length > 0) this.#report(key, claim);
  }

  #report(key: string, { rejections, misplaced, cut }: Claim): void {
    this.#rejections.set(`Pod/${key}`, [...rejections, ...misplaced, ...cut]);
  }

  #setState(endpoint: DeclaredEndpoint, state: EndpointState): void {
    endpoint.state = state;
    this.#routes.stateChanged(endpoint);
  }

  #read(key: string, pod: Pod, before: Claim | undefined): Claim | undefined {
    const { wirings, rejections } = this.#wire(key, pod);
    this.#rejections.set(`Pod/${key}`, rejections);
    if (!counts(pod) || wirings.length === 0) return undefined;
    const alike = Map.groupBy(wirings, ({ port, options }) => `${port} ${options.text}`);
    const misplaced: Rejection[] = [];
    const ports = [...alike.values()].map((some) => {
      const [first] = some as [Wiring];
      const place = this.#placeOf(pod, first);
      misplaced.push(...place.misplaced);
      const endpoint = this.#endpoint(pod, first, place.state, before);
      return { endpoint, routes: some.map(({ host, path }) => this.#routes.route(host, path)) };
    });
    return { pod, rejections, misplaced, cut: [], ports };
  }

  #wire(key: string, pod: Pod): PodWiring {
    const wired = wirePod(pod, this.#options);
    if (this.#grants === undefined) return wired;
    const { wirings } = wired;
    this.#claimed.set(key, counts(pod) ? [...new Set(wirings.map(({ host }) => host))] : []);
    const granted = grantedWirings(pod, wirings, this.#grants);
    return { wirings: granted.wirings, rejections: [...wired.rejections, ...granted.rejections] };
  }

  /** Returns the earlier endpoint if uid, port and options are the same, else a new one. */
  #endpoint(pod: Pod, wiring: Wiring, state: EndpointState, before: Claim | undefined): DeclaredEndpoint {
    const known =
      before?.pod.uid === pod.uid
        ? before.ports.find(({ endpoint }) => isMeant(endpoint, wiring))
        : undefined;
    if (known !== undefined) {
      this.#setState(known.endpoint, state);
      return known.endpoint;
    }
    this.#numbers += 1;
    return new DeclaredEndpoint(this.#numbers, pod, wiring, state);
  }

  /** Declares the routes of a port that `other` does not have, or withdraws them if `isDeclared` is false. */
  *#declare(
    { endpoint, routes }: PortClaim,
    other: Claim | undefined,
    isDeclared: boolean,
  ): Generator<void, void> {
    const same = other?.ports.find((it) => it.endpoint === endpoint);
    const without = new Set(same?.routes);
    for (const [at, route] of routes.entries()) {
      if (!without.has(route)) this.#routes.declare(route, endpoint, isDeclared);
      if (at % YIELD_EVERY === YIELD_EVERY - 1) yield;
    }
  }

  #placeOf(pod: Pod, { port, options }: Pick<Wiring, 'port' | 'options'>): Place {
    if (options === REJECTED) return { state: { address: '', condition: 'unready' }, misplaced: [] };
    const { allowed, rejected } = this.#addresses.judge(pod, port);
    const [address = '', secondAddress] = allowed;
    const condition = this.#conditionOf(pod);
    // podway does not wait for a pod whose only address is rejected.
    const unreachable = address === '' && rejected.length > 0 && condition !== 'terminating';
    const where = pod.zone === undefined ? {} : { zone: pod.zone };
    const state = { address, condition: unreachable ? 'unready' : condition, ...where } as const;
    const misplaced = rejected.map((it) => {
      return { object: referTo(pod), reason: it.reason, detail: `${it.address} port ${port}` };
    });
    return { state: secondAddress === undefined ? state : { ...state, secondAddress }, misplaced };
  }

  #conditionOf(pod: Pod): EndpointCondition {
    if (pod.terminating) return 'terminating';
    if (pod.phase === 'Pending' || pod.ip === undefined) return 'pending';
    if (pod.phase !== 'Running') return 'unready';
    if (pod.ready || !this.#options.requireReady) return 'ready';
    return pod.silent ? 'node-silent' : 'unready';
  }
}

/**
 * True when the declarations of a pod count. They count from its creation until it is deleted: while a single pod is
 * replaced, its routes answer 503, and no shorter path of another pod serves their requests. A pod that has succeeded
 * or failed will not serve again.
 */
function counts({ phase }: Pod): boolean {
  return phase !== 'Succeeded' && phase !== 'Failed';
}

function isMeant(endpoint: DeclaredEndpoint, { port, options }: Wiring): boolean {
  return endpoint.port === port && endpoint.options.text === options.text;
}

function declaresTheSame(a: Pod, b: Pod): boolean {
  return (
    a.uid === b.uid &&
    a.hosts === b.hosts &&
    a.paths === b.paths &&
    a.options === b.options &&
    a.defect === b.defect &&
    a.misspelt === b.misspelt &&
    a.unselected === b.unselected &&
    counts(a) === counts(b) &&
    a.ports.length === b.ports.length &&
    a.ports.every((port, at) => port === b.ports[at])
  );
}
