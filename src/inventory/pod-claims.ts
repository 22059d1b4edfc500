import type { Pod } from '../wiring/pod.ts';
import { REFUSED } from '../wiring/words/pod-options.ts';
import { PodAddresses, type PodAddressRules } from '../wiring/pod-address.ts';
import { printable, type Rejection, referTo } from '../wiring/rejection.ts';
import { type PodWiring, type Wiring, type WiringOptions, wirePod } from '../wiring/annotations/wiring.ts';
import type { EndpointCondition } from '../boundary/delta.ts';
import { compareRoutes } from '../wiring/order.ts';
import type { ChangedGrants, HostGrants, HostGrantsOptions } from '../grants/host-grants.ts';
import { ClaimedHosts } from './claimed-hosts.ts';
import { grantedWirings } from './granted-wirings.ts';
import type { OverlapKind } from './overlaps.ts';
import type { Standing } from './gated-pods.ts';
import type { Rejections } from './rejections.ts';
import { type EndpointState, DeclaredEndpoint } from './declared-endpoint.ts';
import type { DeclaredRoute } from './declared-route.ts';
import type { DeclaredRoutes } from './declared-routes.ts';

export interface ClaimOptions extends WiringOptions {
  /** Pods that are not Ready get no requests. */
  readonly requireReady: boolean;
  readonly addressRules: PodAddressRules;
  /** Namespaces hold hosts; undefined: any may ask for any. */
  readonly grants?: HostGrantsOptions | undefined;
  /** Which routes of several namespaces are reported: see `Overlaps`; undefined: none. */
  readonly overlaps?: OverlapKind | undefined;
}

/** The declarations of one pod, as long as its annotations, ports and uid stay the same. */
interface Claim {
  pod: Pod;
  /** What of it is rejected, independent of what other pods ask for. */
  readonly rejections: readonly Rejection[];
  /** Ports of it that are refused for their address. */
  misplaced: readonly Rejection[];
  /** What the limits leave out. */
  cut: readonly Rejection[];
  readonly ports: readonly PortClaim[];
}

interface PortClaim {
  readonly endpoint: DeclaredEndpoint;
  readonly routes: readonly DeclaredRoute[];
}

/** Where one port of a pod is. */
interface Place {
  readonly state: EndpointState;
  /** Addresses of it that are refused. */
  readonly misplaced: readonly Rejection[];
}

const CUT_BY = { namespace: 'too-many-routes-of-namespace', all: 'too-many-routes-of-all' } as const;

/** Routes between two pauses. */
const STEP = 256;

/** The routes that each pod declares. */
export class PodClaims {
  readonly #options: ClaimOptions;
  readonly #addresses: PodAddresses;
  readonly #routes: DeclaredRoutes;
  readonly #rejections: Rejections;
  /** Undefined: any namespace may ask for any host. */
  readonly #grants: HostGrants | undefined;
  readonly #claimed = new ClaimedHosts();
  /** Pods to be read again though they ask for the same: other grants count. */
  readonly #unread = new Set<string>();
  readonly #claims = new Map<string, Claim>();
  readonly #ofNamespace = new Map<string, Set<string>>();
  /** Pods that have not been judged by the limits. */
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
   * What the pod is now; undefined: it is gone. As long as it asks for the same routes this costs one record for each
   * port, however many the routes. Yields after every bounded piece of work.
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
   * Says which pods have routes that the limits leave out, once these have been applied. Costs as much as the pods that are
   * new and those of the namespaces in question ask for.
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

  /** How far the declarations of a pod are in the table. */
  standing(key: string): Standing {
    const claim = this.#claims.get(key);
    if (claim === undefined) return 'none';
    return claim.ports.every(({ endpoint }) => endpoint.state.condition === 'ready') ? 'routed' : 'waiting';
  }

  /** Keys of the pods that ask for hosts of grants that changed: `set` will judge each again. */
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
    const alike = Map.groupBy(wirings, ({ port, options }) => `${port} ${options.words}`);
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

  /** The same one as before, as long as it is the same pod and its words say the same. */
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

  /** The routes of `claim` that `other` does not have. */
  *#declare(
    { endpoint, routes }: PortClaim,
    other: Claim | undefined,
    isDeclared: boolean,
  ): Generator<void, void> {
    const same = other?.ports.find((it) => it.endpoint === endpoint);
    const without = new Set(same?.routes);
    for (const [at, route] of routes.entries()) {
      if (!without.has(route)) this.#routes.declare(route, endpoint, isDeclared);
      if (at % STEP === STEP - 1) yield;
    }
  }

  #placeOf(pod: Pod, { port, options }: Pick<Wiring, 'port' | 'options'>): Place {
    if (options === REFUSED) return { state: { address: '', condition: 'unready' }, misplaced: [] };
    const { allowed, refused } = this.#addresses.judge(pod, port);
    const [address = '', secondAddress] = allowed;
    const condition = this.#conditionOf(pod);
    // podway does not wait for a pod whose only address is rejected.
    const unreachable = address === '' && refused.length > 0 && condition !== 'terminating';
    const where = pod.zone === undefined ? {} : { zone: pod.zone };
    const state = { address, condition: unreachable ? 'unready' : condition, ...where } as const;
    const misplaced = refused.map((it) => {
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
 * What a pod asks for counts from its creation until it is gone: while a lone pod is replaced its routes answer 503, and
 * no shorter path of another pod answers for it. A pod that has run to its end will not serve again.
 */
function counts({ phase }: Pod): boolean {
  return phase !== 'Succeeded' && phase !== 'Failed';
}

function isMeant(endpoint: DeclaredEndpoint, { port, options }: Wiring): boolean {
  return endpoint.port === port && endpoint.options.words === options.words;
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
