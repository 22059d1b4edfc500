import type {
  EndpointObservation,
  RequestCount,
  SeriesIncrement,
  WorkerFigures,
} from '../../src/proxy/counters.ts';
import type { DataPlane } from '../../src/proxy/data-plane.ts';
import { type PodIncrement, unpackPods } from '../../src/proxy/pod-counts.ts';
import { unpackSeries } from '../../src/proxy/packed-series.ts';
import type { KeyCounts } from '../../src/routing/keyring.ts';

/** All parts of a worker's report put together. */
export interface WholeReport extends WorkerFigures {
  readonly series: readonly SeriesIncrement[];
  readonly requests: readonly (RequestCount & Pick<SeriesIncrement, 'host' | 'path' | 'namespace'>)[];
  readonly pods: readonly PodIncrement[];
  readonly keys: readonly KeyCounts[];
  readonly endpoints: readonly EndpointObservation[];
}

/** What a worker has counted since the last report. */
export function wholeReport(plane: DataPlane): WholeReport {
  const series: SeriesIncrement[] = [];
  const pods: PodIncrement[] = [];
  const keys: KeyCounts[] = [];
  const endpoints: EndpointObservation[] = [];
  const { figures } = plane.figures(0);
  for (;;) {
    const part = plane.nextPart();
    if (part.kind === 'series') series.push(...unpackSeries(part.series));
    else if (part.kind === 'pods') pods.push(...unpackPods(part.pods));
    else if (part.kind === 'keys') keys.push(...part.keys);
    else if (part.kind === 'endpoints') endpoints.push(...part.endpoints);
    else return { ...figures, series, requests: requestsOf(series), pods, keys, endpoints };
  }
}

function requestsOf(series: readonly SeriesIncrement[]): WholeReport['requests'] {
  return series.flatMap(({ host, path, namespace, requests }) =>
    requests.map((count) => ({ host, path, namespace, ...count })),
  );
}
