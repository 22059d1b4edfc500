import type { EndpointReport } from '../boundary/figures.ts';
import type { Listing } from '../inventory/inventory.ts';
import type { ResourceState } from '../telemetry/source-metrics.ts';
import type { WorkerState } from './workers-listener.ts';

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
