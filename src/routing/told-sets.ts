import type { EndpointRecord, EndpointSetRecord } from './delta.ts';
import type { EndpointSet } from './endpoint-sets.ts';
import type { WantedEndpoint } from './wanted-endpoint.ts';

/** The part of a delta that is about endpoints and sets. */
export interface SetChanges {
  readonly endpoints: readonly EndpointRecord[];
  readonly endpointsGone: readonly number[];
  readonly sets: readonly EndpointSetRecord[];
  readonly setsGone: readonly number[];
}

/** Which sets and endpoints the workers know, and what they have to be told. */
export class ToldSets {
  readonly #sets = new Set<EndpointSet>();
  readonly #endpoints = new Set<WantedEndpoint>();
  readonly #touchedSets = new Set<EndpointSet>();
  readonly #touchedEndpoints = new Set<WantedEndpoint>();

  /** A route more or less is served by `set`. */
  serve(set: EndpointSet, routes: 1 | -1): void {
    set.toldRoutes += routes;
    this.#touchedSets.add(set);
  }

  stateChanged(endpoint: WantedEndpoint): void {
    this.#touchedEndpoints.add(endpoint);
  }

  /** What differs from what the workers were told last. Costs as much as was touched. */
  *take(): Generator<void, SetChanges> {
    const sets: EndpointSetRecord[] = [];
    const setsGone: number[] = [];
    for (const set of this.#touchedSets) {
      if (set.toldRoutes > 0 === this.#sets.has(set)) continue;
      if (set.toldRoutes > 0) {
        this.#sets.add(set);
        sets.push(recordOf(set));
      } else {
        this.#sets.delete(set);
        setsGone.push(set.number);
      }
      for (const endpoint of set.endpoints) {
        endpoint.toldSets += set.toldRoutes > 0 ? 1 : -1;
        this.#touchedEndpoints.add(endpoint);
      }
      yield;
    }
    this.#touchedSets.clear();
    return { sets, setsGone, ...(yield* this.#takeEndpoints()) };
  }

  whole(): SetChanges {
    const endpoints = [...this.#endpoints].map((it) => it.told).filter((it) => it !== undefined);
    return { endpoints, endpointsGone: [], sets: [...this.#sets].map(recordOf), setsGone: [] };
  }

  *#takeEndpoints(): Generator<void, Pick<SetChanges, 'endpoints' | 'endpointsGone'>> {
    const endpoints: EndpointRecord[] = [];
    const endpointsGone: number[] = [];
    for (const endpoint of this.#touchedEndpoints) {
      const { told, state, toldSets } = endpoint;
      if (toldSets === 0) {
        if (told !== undefined) endpointsGone.push(endpoint.number);
        endpoint.told = undefined;
        this.#endpoints.delete(endpoint);
      } else if (told?.condition !== state.condition || told.address !== state.address) {
        endpoint.told = endpoint.record();
        endpoints.push(endpoint.told);
        this.#endpoints.add(endpoint);
      }
      yield;
    }
    this.#touchedEndpoints.clear();
    return { endpoints, endpointsGone };
  }
}

function recordOf({ number, endpoints }: EndpointSet): EndpointSetRecord {
  return { set: number, endpoints: endpoints.map((it) => it.number) };
}
