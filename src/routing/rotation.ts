import type { EndpointCondition, EndpointRecord } from '../boundary/delta.ts';
import { compareText } from '../wiring/order.ts';
import type { Endpoint } from './endpoint.ts';

/** An endpoint's place in the rotations of a worker: who it is, and where it may be asked now, if anywhere. */
export interface Member extends Pick<EndpointRecord, 'namespace' | 'pod' | 'port'> {
  /** A `node-silent` one is asked only where no other member of its rotation can be. */
  condition: EndpointCondition;
  /** Undefined while it gets no new exchange. */
  endpoint: Endpoint | undefined;
}

const NONE: readonly never[] = [];

/**
 * Choices among the namespaces of a route that are remembered, with their cursors. There are as many as subsets, and who
 * may write the Secrets of twenty namespaces can go through a million; beyond this all are forgotten and made again.
 */
export const MOST_PARTS = 100;

/**
 * The endpoints of some routes at a worker, in the order of their turns. Who belongs to it never changes; who of them may
 * be asked does, for all its routes at once, and is looked up when the next request comes.
 */
export class Rotation {
  /** Every namespace that has a pod here, ready or not: their keys decide. Sorted. */
  readonly namespaces: readonly string[];
  /** Ready or not. */
  readonly members: readonly Member[];
  #candidates: readonly Endpoint[] = NONE;
  /** Of members; a part has those of its rotation. */
  readonly #changes: { count: number };
  /** As many changes are in `#candidates`. */
  #gathered = -1;
  /** Rotations of some of the namespaces, made when first needed; by their names, joined by slashes. */
  #parts: Map<string, Rotation> | undefined;

  /**
   * @param members ordered by pod name, namespace, port
   * @param changes of the rotation of which this is a part
   */
  constructor(members: readonly Member[], changes = { count: 0 }) {
    this.members = members;
    this.#changes = changes;
    this.namespaces = [...new Set(members.map((it) => it.namespace))].sort(compareText);
  }

  /** Those that may be asked, in rotation order. The list is good for one turn of the event loop. */
  get candidates(): readonly Endpoint[] {
    if (this.#gathered !== this.#changes.count) this.#gather();
    return this.#candidates;
  }

  /** One of its members may be asked now, or no more. */
  memberChanged(): void {
    this.#changes.count += 1;
  }

  /** @param key the names of the namespaces (sorted, some of its own), joined by slashes */
  part(key: string): Rotation {
    this.#parts ??= new Map();
    let part = this.#parts.get(key);
    if (part === undefined) {
      if (this.#parts.size >= MOST_PARTS) this.#parts.clear();
      const namespaces = new Set(key.split('/'));
      const members = this.members.filter((it) => namespaces.has(it.namespace));
      part = new Rotation(members, this.#changes);
      this.#parts.set(key, part);
    }
    return part;
  }

  #gather(): void {
    const ready = this.#endpoints('ready');
    this.#candidates = ready.length > 0 ? ready : this.#endpoints('node-silent');
    this.#gathered = this.#changes.count;
  }

  /** Manifests written by hand may repeat a uid: the first pod in order has the endpoint then. */
  #endpoints(wanted: EndpointCondition): readonly Endpoint[] {
    const ids = new Set<string>();
    const endpoints: Endpoint[] = [];
    for (const { endpoint, condition } of this.members) {
      if (endpoint === undefined || condition !== wanted || ids.has(endpoint.id)) continue;
      ids.add(endpoint.id);
      endpoints.push(endpoint);
    }
    return endpoints.length === 0 ? NONE : endpoints;
  }
}
