import type { EndpointCondition, EndpointRecord } from '../boundary/delta.ts';
import { compareText } from '../wiring/order.ts';
import type { Guards } from '../wiring/words/pod-options.ts';
import type { RouteWords } from '../wiring/words/route-words.ts';
import type { CandidateWords } from '../wiring/words/candidate-words.ts';
import type { Lane } from './balance/lane.ts';
import type { Endpoint } from './endpoint.ts';
import { bitOf, type Flavour, flavoursOf } from './flavours.ts';
import { type Candidate, laneOf, NO_LANE } from './lanes.ts';
import { newestOf } from './newest.ts';
import type { LiveRouteOptions } from './options.ts';

/** An endpoint's place in the rotations of a worker: who it is, and where it may be asked now, if anywhere. */
export interface Member extends Pick<EndpointRecord, 'uid' | 'namespace' | 'pod' | 'port'> {
  /** In milliseconds since 1970; 0: not known. */
  readonly created: number;
  /** What its pod demands of requests; undefined: nothing. */
  readonly guards: Guards | undefined;
  /** What its pod says of its part among the candidates; undefined: nothing. */
  readonly candidate: CandidateWords | undefined;
  /** What its pod says for all pods of the route; undefined: nothing. */
  readonly route: RouteWords | undefined;
  /** A `node-silent` one is asked only where no other member of its rotation can be. */
  condition: EndpointCondition;
  /** Where its node is; '': not known. */
  zone: string;
  /** Undefined while it gets no new exchange. */
  endpoint: Endpoint | undefined;
  /** How long it had been ready when it was last so; undefined: it is, or has never been. */
  left: Left | undefined;
}

/** Times on the worker's clock, in milliseconds. */
export interface Left {
  readonly at: number;
  readonly readySince: number;
}

/** Options for what the words of a pod say of its routes, of which undefined says nothing. */
export type RouteOptionsOf = (words: RouteWords | undefined) => LiveRouteOptions;

const NONE: readonly never[] = [];

/**
 * Parts of a rotation that are remembered, with their cursors. There are as many as subsets of its namespaces, and who
 * may write the Secrets of twenty namespaces can go through a million; above this all are forgotten and made again.
 */
export const MOST_PARTS = 100;

/** What a rotation has in common with its parts. */
interface Whole {
  /** Of members. */
  changes: number;
  readonly members: readonly Member[];
  readonly optionsOf: RouteOptionsOf;
  readonly decidesForAll: boolean;
}

/**
 * The endpoints of some routes at a worker, in the order of their turns. Who belongs to it never changes; who of them may
 * be asked does, for all its routes at once, and is looked up when the next request comes.
 */
export class Rotation {
  /** Every namespace that has a pod here, ready or not: their keys decide. Sorted. */
  readonly namespaces: readonly string[];
  /** Ready or not. */
  readonly members: readonly Member[];
  /** What they demand of requests; undefined: none of them demands anything. */
  readonly flavours: readonly Flavour[] | undefined;
  /** Some of them are for some requests only. */
  readonly isConditioned: boolean;
  readonly #whole: Whole;
  #lane: Lane = NO_LANE;
  #options: LiveRouteOptions;
  #live = 0;
  #capped = false;
  #newest: Endpoint | undefined;
  /** As many changes are in what was looked up. */
  #gathered = -1;
  /** Made when first needed; by names of namespaces, joined by slashes, or by a mask of flavours. */
  #parts: Map<string, Rotation> | undefined;

  /**
   * @param members ordered by pod name, namespace, port
   * @param whole what this is a part of
   */
  constructor(members: readonly Member[], optionsOf: RouteOptionsOf, whole?: Whole) {
    this.members = members;
    const decidesForAll = members.some(({ route }) => route !== undefined);
    this.#whole = whole ?? { changes: 0, members, optionsOf, decidesForAll };
    this.#options = optionsOf(undefined);
    this.flavours = flavoursOf(members);
    this.isConditioned = this.flavours?.some(({ conditionWords }) => conditionWords !== '') ?? false;
    this.namespaces = [...new Set(members.map((it) => it.namespace))].sort(compareText);
  }

  /** Those that may be asked, in rotation order. The list is good for one turn of the event loop. */
  get candidates(): readonly Endpoint[] {
    return this.lane.endpoints;
  }

  /** The same, and what their pods say of them. */
  get lane(): Lane {
    if (this.#gathered !== this.#whole.changes) this.#gather();
    return this.#lane;
  }

  /** As the newest of all pods says that are ready; the settings say the rest. */
  get options(): LiveRouteOptions {
    if (this.#gathered !== this.#whole.changes) this.#gather();
    return this.#options;
  }

  /** That of the newest pod that is ready. */
  get newest(): Endpoint | undefined {
    if (this.#gathered !== this.#whole.changes) this.#gather();
    return this.#newest;
  }

  /** Some of the candidates take only so many requests at once. */
  get isCapped(): boolean {
    if (this.#gathered !== this.#whole.changes) this.#gather();
    return this.#capped;
  }

  /** The mask of flavours of which a pod may be asked now; where none may, of all. */
  get live(): number {
    if (this.#gathered !== this.#whole.changes) this.#gather();
    return this.#live;
  }

  /** How many pods of the flavours in a mask may be asked now. */
  countLive(mask: number): number {
    const flavours = this.flavours ?? NONE;
    return this.members.filter((it) => it.endpoint !== undefined && (bitOf(flavours, it) & mask) !== 0)
      .length;
  }

  /** One of its members may be asked now, or no more. */
  memberChanged(): void {
    this.#whole.changes += 1;
  }

  /** @param key the names of the namespaces (sorted, some of its own), joined by slashes */
  part(key: string): Rotation {
    return this.#partOf(key, () => {
      const namespaces = new Set(key.split('/'));
      return (it) => namespaces.has(it.namespace);
    });
  }

  /** Of the flavours in a mask. */
  flavoured(mask: number): Rotation {
    const flavours = this.flavours ?? NONE;
    return this.#partOf(`#${mask}`, () => (it) => (bitOf(flavours, it) & mask) !== 0);
  }

  #partOf(key: string, filter: () => (member: Member) => boolean): Rotation {
    this.#parts ??= new Map();
    let part = this.#parts.get(key);
    if (part === undefined) {
      if (this.#parts.size >= MOST_PARTS) this.#parts.clear();
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

  /** Manifests written by hand may repeat a uid: the first pod in order has the endpoint then. */
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
