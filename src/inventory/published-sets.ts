import type { EndpointCondition, EndpointRecord, EndpointSetRecord } from '../boundary/delta.ts';
import { differingOptions } from '../wiring/options/shown-options.ts';
import type { EndpointSet } from './endpoint-sets.ts';
import type { EndpointState, DeclaredEndpoint } from './declared-endpoint.ts';

/** The part of a delta that contains endpoints and sets. */
export interface SetChanges {
  readonly endpoints: readonly EndpointRecord[];
  readonly endpointsGone: readonly number[];
  readonly sets: readonly EndpointSetRecord[];
  readonly setsGone: readonly number[];
}

/** Which sets and endpoints the workers have, and what differs from that. */
export class PublishedSets {
  readonly #sets = new Set<EndpointSet>();
  readonly #endpoints = new Set<DeclaredEndpoint>();
  readonly #touchedSets = new Set<EndpointSet>();
  readonly #touchedEndpoints = new Set<DeclaredEndpoint>();
  /** Sets whose endpoints have different options that should be equal. */
  readonly #differing = new Set<EndpointSet>();
  /** Number of published endpoints whose node is silent. */
  #silent = 0;

  /** `set` serves one route more or less. */
  serve(set: EndpointSet, routes: 1 | -1): void {
    set.publishedRoutes += routes;
    this.#touchedSets.add(set);
  }

  /** Number of routes without a ready endpoint that are served by endpoints whose node is silent. */
  get lastResortRoutes(): number {
    if (this.#silent === 0) return 0;
    let routes = 0;
    for (const { endpoints, publishedRoutes } of this.#sets) {
      const has = (condition: EndpointCondition) =>
        endpoints.some((it) => it.published?.condition === condition);
      if (has('node-silent') && !has('ready')) routes += publishedRoutes;
    }
    return routes;
  }

  /** Number of routes whose pods have different options that should be equal. */
  get differingRoutes(): number {
    return [...this.#differing].reduce((sum, { publishedRoutes }) => sum + publishedRoutes, 0);
  }

  stateChanged(endpoint: DeclaredEndpoint): void {
    this.#touchedEndpoints.add(endpoint);
  }

  /** The differences from what the workers have. Costs work in proportion to what was touched. */
  *take(): Generator<void, SetChanges> {
    const sets: EndpointSetRecord[] = [];
    const setsGone: number[] = [];
    for (const set of this.#touchedSets) {
      if (set.publishedRoutes > 0 === this.#sets.has(set)) continue;
      if (set.publishedRoutes > 0) {
        this.#sets.add(set);
        if (differ(set)) this.#differing.add(set);
        sets.push(recordOf(set));
      } else {
        this.#sets.delete(set);
        this.#differing.delete(set);
        setsGone.push(set.number);
      }
      for (const endpoint of set.endpoints) {
        endpoint.publishedSets += set.publishedRoutes > 0 ? 1 : -1;
        this.#touchedEndpoints.add(endpoint);
      }
      yield;
    }
    this.#touchedSets.clear();
    return { sets, setsGone, ...(yield* this.#takeEndpoints()) };
  }

  whole(): SetChanges {
    const endpoints: EndpointRecord[] = [];
    for (const { published } of this.#endpoints) if (published !== undefined) endpoints.push(published);
    return { endpoints, endpointsGone: [], sets: Array.from(this.#sets, recordOf), setsGone: [] };
  }

  *#takeEndpoints(): Generator<void, Pick<SetChanges, 'endpoints' | 'endpointsGone'>> {
    const endpoints: EndpointRecord[] = [];
    const endpointsGone: number[] = [];
    for (const endpoint of this.#touchedEndpoints) {
      const { published, state, publishedSets } = endpoint;
      if (publishedSets === 0) {
        if (published !== undefined) endpointsGone.push(endpoint.number);
        this.#setPublished(endpoint, undefined);
        this.#endpoints.delete(endpoint);
      } else if (published === undefined || !sameState(published, state)) {
        const record = endpoint.record();
        endpoints.push(record);
        this.#setPublished(endpoint, record);
        this.#endpoints.add(endpoint);
      }
      yield;
    }
    this.#touchedEndpoints.clear();
    return { endpoints, endpointsGone };
  }

  #setPublished(endpoint: DeclaredEndpoint, record: EndpointRecord | undefined): void {
    this.#silent += Number(record?.condition === 'node-silent');
    this.#silent -= Number(endpoint.published?.condition === 'node-silent');
    endpoint.published = record;
  }
}

function sameState(a: EndpointState, b: EndpointState): boolean {
  return (
    a.condition === b.condition &&
    a.address === b.address &&
    a.secondAddress === b.secondAddress &&
    a.zone === b.zone
  );
}

function recordOf({ number, endpoints }: EndpointSet): EndpointSetRecord {
  return { set: number, endpoints: endpoints.map((it) => it.number) };
}

function differ({ endpoints }: EndpointSet): boolean {
  return differingOptions(endpoints.map(({ options }) => options.text)).length > 0;
}
