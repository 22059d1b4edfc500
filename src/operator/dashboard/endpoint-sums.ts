import type { EndpointReport } from '../../boundary/figures.ts';
import type { EndpointName } from '../../boundary/questions.ts';
import type { EjectedRow } from './state.ts';

/** The reports of all workers about an endpoint, added up. */
export interface EndpointSum {
  readonly name: EndpointName;
  readonly inFlight: number;
  readonly failures: number;
  /** Null: no worker ejects it. */
  readonly ejected: Pick<EjectedRow, 'workers' | 'until'> | null;
}

/** Sums by `keyOfEndpoint`. @param time of the reports, in milliseconds since 1970 */
export function addUp(reports: Iterable<EndpointReport>, time: number): ReadonlyMap<string, EndpointSum> {
  const sums = new Map<string, EndpointSum>();
  for (const { id, namespace, pod, inFlight, failures, ejectedFor } of reports) {
    const key = keyOfEndpoint({ id, namespace, pod });
    const before = sums.get(key);
    sums.set(key, {
      name: { id, namespace, pod },
      inFlight: inFlight + (before?.inFlight ?? 0),
      failures: failures + (before?.failures ?? 0),
      ejected: ejectedFor > 0 ? oneMore(time + ejectedFor, before) : (before?.ejected ?? null),
    });
  }
  return sums;
}

/** The key of an endpoint. The id alone is not enough, because manifests written by hand may repeat a uid. */
export function keyOfEndpoint({ id, namespace, pod }: EndpointName): string {
  return `${namespace}/${pod}|${id}`;
}

/** `address:port` of an endpoint. @param id see `endpointId` */
export function addressOf(id: string): string {
  const [, address = '', port = ''] = id.split('|');
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Adds a worker that ejects the endpoint until `time`. */
function oneMore(time: number, before: EndpointSum | undefined): EndpointSum['ejected'] {
  const until = Math.round(time / 1_000) * 1_000;
  const { ejected } = before ?? {};
  return { workers: (ejected?.workers ?? 0) + 1, until: Math.max(until, ejected?.until ?? 0) };
}
