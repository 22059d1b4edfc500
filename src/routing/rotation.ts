import type { EndpointCondition, EndpointRecord } from '../boundary/delta.ts';
import { compareText } from '../wiring/order.ts';
import type { Guards } from '../wiring/options/pod-options.ts';
import type { DeclaredRouteOptions } from '../wiring/options/route-options.ts';
import type { CandidateOptions } from '../wiring/options/candidate-options.ts';
import type { Lane } from './balance/lane.ts';
import type { Endpoint } from './endpoint.ts';
import { bitOf, type Flavour, flavoursOf } from './flavours.ts';
import { type Candidate, laneOf, NO_LANE } from './lanes.ts';
import { newestOf } from './newest.ts';
import type { LiveRouteOptions } from './options.ts';

/** An endpoint's place in the rotations of a worker: its identity, and the endpoint while it is available. */
export interface Member extends Pick<EndpointRecord, 'uid' | 'namespace' | 'pod' | 'port'> {
  /** In milliseconds since 1970; 0: not known. */
  readonly created: number;
  /** The guards of its pod; undefined: it has none. */
  readonly guards: Guards | undefined;
  /** The options of its pod about its part among the candidates; undefined: it declares none. */
  readonly candidate: CandidateOptions | undefined;
  /** The options of its pod for all pods of the route; undefined: it declares none. */
  readonly route: DeclaredRouteOptions | undefined;
  /** A `node-silent` member gets requests only if no other member of its rotation is ready. */
  condition: EndpointCondition;
  /** The zone of its node; '': not known. */
  zone: string;
  /** Undefined while it gets no new exchange. */
  endpoint: Endpoint | undefined;
  /** When it was last ready, and since when; undefined: it is ready, or never was. */
  lastReady: LastReady | undefined;
}

/** Times on the worker's clock, in milliseconds. */
export interface LastReady {
  readonly at: number;
  readonly readySince: number;
}

/** The route options for those that a pod declares; undefined: it declares none. */
export type RouteOptionsOf = (declared: DeclaredRouteOptions | undefined) => LiveRouteOptions;

const EMPTY: readonly never[] = [];

/**
 * Maximum number of parts of a rotation that are kept, with their cursors. There are as many parts as subsets of the
 * namespaces, and a user who may write the Secrets of twenty namespaces can cause a million. Above the maximum all
 * parts are forgotten, and created again when needed.
 */
export const MAX_PARTS = 100;

/** What a rotation shares with its parts. */
interface Whole {
  /** Number of changes of members. */
  changes: number;
  readonly members: readonly Member[];
  readonly optionsOf: RouteOptionsOf;
  readonly decidesForAll: boolean;
}

/**
 * The endpoints of some routes at a worker, in the order of their turns. Its members never change. Which of them are
 * available changes for all its routes at once, and is determined when the next request comes.
 */
export class Rotation {
  /** Every namespace that has a pod here, ready or not, because their keys decide. Sorted. */
  readonly namespaces: readonly string[];
  /** Ready or not. */
  readonly members: readonly Member[];
  /** The flavours of the members; undefined: no member has guards. */
  readonly flavours: readonly Flavour[] | undefined;
  /** Some members are for some requests only. */
  readonly isConditioned: boolean;
  readonly #whole: Whole;
  #lane: Lane = NO_LANE;
  #options: LiveRouteOptions;
  #live = 0;
  #capped = false;
  #newest: Endpoint | undefined;
  /** The number of changes when the fields above were determined. */
  #gathered = -1;
  /** Created when first needed. By names of namespaces, joined by slashes, or by a mask of flavours. */
  #parts: Map<string, Rotation> | undefined;

  /**
   * @param members ordered by pod name, namespace, port
   * @param whole given if this is a part of another rotation
   */
  constructor(members: readonly Member[], optionsOf: RouteOptionsOf, whole?: Whole) {
    this.members = members;
    const decidesForAll = members.some(({ route }) => route !== undefined);
    this.#whole = whole ?? { changes: 0, members, optionsOf, decidesForAll };
    this.#options = optionsOf(undefined);
    this.flavours = flavoursOf(members);
    this.isConditioned = this.flavours?.some(({ conditionText }) => conditionText !== '') ?? false;
    this.namespaces = [...new Set(members.map((it) => it.namespace))].sort(compareText);
  }

  /** The available members, in the order of rotation. The list is valid for one turn of the event loop. */
  get candidates(): readonly Endpoint[] {
    return this.lane.endpoints;
  }

  /** The candidates, with the options of their pods that balancing needs. */
  get lane(): Lane {
    if (this.#gathered !== this.#whole.changes) this.#gather();
    return this.#lane;
  }

  /** The options that the newest ready pod of the route declares; the settings provide the others. */
  get options(): LiveRouteOptions {
    if (this.#gathered !== this.#whole.changes) this.#gather();
    return this.#options;
  }

  /** The endpoint of the newest ready pod. */
  get newest(): Endpoint | undefined {
    if (this.#gathered !== this.#whole.changes) this.#gather();
    return this.#newest;
  }

  /** Some candidates accept only a limited number of requests at once. */
  get isCapped(): boolean {
    if (this.#gathered !== this.#whole.changes) this.#gather();
    return this.#capped;
  }

  /** The mask of the flavours with an available pod; of all flavours if no pod is available. */
  get live(): number {
    if (this.#gathered !== this.#whole.changes) this.#gather();
    return this.#live;
  }

  /** Number of available pods of the flavours in a mask. */
  countLive(mask: number): number {
    const flavours = this.flavours ?? EMPTY;
    return this.members.filter((it) => it.endpoint !== undefined && (bitOf(flavours, it) & mask) !== 0)
      .length;
  }

  /** The availability or the zone of a member has changed. */
  memberChanged(): void {
    this.#whole.changes += 1;
  }

  /** @param key the names of some of its namespaces, sorted, joined by slashes */
  part(key: string): Rotation {
    return this.#partOf(key, () => {
      const namespaces = new Set(key.split('/'));
      return (it) => namespaces.has(it.namespace);
    });
  }

  /** The part of the flavours in a mask. */
  flavoured(mask: number): Rotation {
    const flavours = this.flavours ?? EMPTY;
    return this.#partOf(`#${mask}`, () => (it) => (bitOf(flavours, it) & mask) !== 0);
  }

  #partOf(key: string, filter: () => (member: Member) => boolean): Rotation {
    this.#parts ??= new Map();
    let part = this.#parts.get(key);
    if (part === undefined) {
      if (this.#parts.size >= MAX_PARTS) this.#parts.clear();
      part = new Rotation(this.members.filter(filter()), this.#whole.optionsOf, this.#whole);
      this.#parts.set(key, part);
    }
    return part;
  }

  #gather(): void {
    const { changes, members, optionsOf, decidesForAll } = this.#whole;
    const newest = newestOf(members.filter(isReady));
    this.#newest = newest?.endpoint;
    if (decidesForAll) this.#options = optionsOf(newest?.route);
    const ready = this.#having('ready');
    this.#lane = laneOf(ready.length > 0 ? ready : this.#having('node-silent'), this.#options);
    this.#capped = this.#lane.endpoints.some(({ options }) => options.mostInFlight > 0);
    if (this.flavours !== undefined) this.#live = liveMask(this.flavours, this.members);
    this.#gathered = changes;
  }

  /**
   * The available members with this condition. Manifests written by hand may repeat a uid: then the first pod in order
   * has the endpoint.
   */
  #having(condition: EndpointCondition): readonly Candidate[] {
    const ids = new Set<string>();
    const candidates: Candidate[] = [];
    for (const member of this.members) {
      if (!isCandidate(member) || member.condition !== condition || ids.has(member.endpoint.id)) continue;
      ids.add(member.endpoint.id);
      candidates.push(member);
    }
    return candidates;
  }
}

function isCandidate(member: Member): member is Member & Candidate {
  return member.endpoint !== undefined;
}

function isReady({ condition, endpoint }: Member): boolean {
  return condition === 'ready' && endpoint !== undefined;
}

function liveMask(flavours: readonly Flavour[], members: readonly Member[]): number {
  const all = flavours.reduce((mask, { bit }) => mask | bit, 0);
  const asked = members.filter(({ endpoint }) => endpoint !== undefined);
  const live = asked.reduce((mask, it) => mask | bitOf(flavours, it), 0);
  return live === 0 ? all : live;
}
