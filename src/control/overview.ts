import type { EndpointReport } from '../boundary/figures.ts';
import type { Inventory, Listing } from '../inventory/inventory.ts';
import type { ResourceState } from '../telemetry/source-metrics.ts';
import type { Recent } from './recent.ts';
import type { WorkerState } from './workers-listener.ts';
import type { Workers } from './workers.ts';

/** The state that decides whether this replica is ready; see admin/readiness.ts. */
export interface Readiness {
  readonly syncedRevision: number | undefined;
  readonly kinds: readonly string[];
  readonly workers: readonly WorkerState[];
  readonly notes: readonly string[];
}

/** The table, with reports of its endpoints and the state of its source. */
export interface Overview {
  readonly listing: Listing;
  /** Milliseconds until a namespace whose key Secret is deleted opens. */
  readonly opensIn: (namespace: string) => number;
  readonly endpointReports: readonly EndpointReport[];
  readonly source: { readonly description: string; readonly resources: readonly ResourceState[] };
  readonly workers: readonly WorkerState[];
}

/** The same for pages that are computed often: it copies, sorts and requests data only when asked. */
export interface Insight {
  readonly inventory: Pick<
    Inventory,
    'revision' | 'synced' | 'listing' | 'published' | 'route' | 'rejections' | 'keys'
  >;
  readonly recent: Recent;
  readonly workers: Pick<Workers, 'states' | 'restarts' | 'collect' | 'questions'>;
  readonly source: string;
  resources(): readonly ResourceState[];
  endpointReports(): readonly EndpointReport[];
  /** Milliseconds until a namespace whose key Secret is deleted opens. */
  opensIn(namespace: string): number;
}

/** Call it after the workers have reported. */
export function overviewOf({ inventory, workers, ...insight }: Insight): Overview {
  return {
    listing: inventory.listing(),
    opensIn: (namespace) => insight.opensIn(namespace),
    endpointReports: insight.endpointReports(),
    source: { description: insight.source, resources: insight.resources() },
    workers: workers.states(),
  };
}
