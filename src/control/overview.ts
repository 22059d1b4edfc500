import type { EndpointReport } from '../boundary/figures.ts';
import type { Inventory, Listing } from '../inventory/inventory.ts';
import type { ResourceState } from '../telemetry/source-metrics.ts';
import type { Recent } from './recent.ts';
import type { WorkerState } from './workers-listener.ts';
import type { Workers } from './workers.ts';

/** What decides whether requests are routed here; see admin/readiness.ts. */
export interface Readiness {
  readonly syncedRevision: number | undefined;
  readonly kinds: readonly string[];
  readonly workers: readonly WorkerState[];
  readonly notes: readonly string[];
}

/** The table and what is known of its endpoints and source. */
export interface Overview {
  readonly listing: Listing;
  /** Milliseconds until a namespace whose key Secret is gone opens. */
  readonly opensIn: (namespace: string) => number;
  readonly endpointReports: readonly EndpointReport[];
  readonly source: { readonly description: string; readonly resources: readonly ResourceState[] };
  readonly workers: readonly WorkerState[];
}

/** What is looked at again and again: nothing is copied, sorted or asked for before it is requested. */
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
  /** Milliseconds until a namespace whose key Secret is gone opens. */
  opensIn(namespace: string): number;
}

/** The workers have reported before. */
export function overviewOf({ inventory, workers, ...insight }: Insight): Overview {
  return {
    listing: inventory.listing(),
    opensIn: (namespace) => insight.opensIn(namespace),
    endpointReports: insight.endpointReports(),
    source: { description: insight.source, resources: insight.resources() },
    workers: workers.states(),
  };
}
