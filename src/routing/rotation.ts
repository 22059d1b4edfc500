import { compareText } from './order.ts';
import type { Endpoint } from './endpoint.ts';

/** An endpoint's place in the rotations of a worker: who it is, and where it may be asked now, if anywhere. */
export interface Member {
  readonly namespace: string;
  /** Undefined while it gets no new exchange. */
  endpoint: Endpoint | undefined;
  /** It gets some only where no other member of its rotation does. */
  isLastResort: boolean;
}

const NONE: readonly never[] = [];

/**
 * The endpoints of some routes at a worker, in the order of their turns. Who belongs to it never changes; who of them may
 * be asked does, for all its routes at once, and is looked up when the next request comes.
 */
export class Rotation {
  /** Every namespace that has a pod here, ready or not: their keys decide. Sorted. */
  readonly namespaces: readonly string[];
  readonly #members: readonly Member[];
  #candidates: readonly Endpoint[] = NONE;
  #isStale = true;
  /** Rotations of some of the namespaces, made when first needed; by their names, joined by slashes. */
  #parts: Map<string, Rotation> | undefined;

  /** @param members ordered by pod name, namespace, port */
  constructor(members: readonly Member[]) {
    this.#members = members;
    this.namespaces = [...new Set(members.map((it) => it.namespace))].sort(compareText);
  }

  /** Those that may be asked, in rotation order. The list is good for one turn of the event loop. */
  get candidates(): readonly Endpoint[] {
    if (this.#isStale) this.#gather();
    return this.#candidates;
  }

  /** One of its members may be asked now, or no more. */
  memberChanged(): void {
    this.#isStale = true;
    if (this.#parts !== undefined) for (const part of this.#parts.values()) part.memberChanged();
  }

  /** @param key the names of the namespaces (sorted, some of its own), joined by slashes */
  part(key: string): Rotation {
    this.#parts ??= new Map();
    let part = this.#parts.get(key);
    if (part === undefined) {
      const namespaces = new Set(key.split('/'));
      part = new Rotation(this.#members.filter((it) => namespaces.has(it.namespace)));
      this.#parts.set(key, part);
    }
    return part;
  }

  #gather(): void {
    const ready = this.#endpoints(false);
    this.#candidates = ready.length > 0 ? ready : this.#endpoints(true);
    this.#isStale = false;
  }

  /** Manifests written by hand may repeat a uid: the first pod in order has the endpoint then. */
  #endpoints(lastResort: boolean): readonly Endpoint[] {
    const ids = new Set<string>();
    const endpoints: Endpoint[] = [];
    for (const { endpoint, isLastResort } of this.#members) {
      if (endpoint === undefined || isLastResort !== lastResort || ids.has(endpoint.id)) continue;
      ids.add(endpoint.id);
      endpoints.push(endpoint);
    }
    return endpoints.length === 0 ? NONE : endpoints;
  }
}
