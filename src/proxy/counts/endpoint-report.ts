import { ejectedFor } from '../../routing/ejection.ts';
import type { Endpoint } from '../../routing/route.ts';
import type { EndpointReport } from '../../boundary/figures.ts';

/** Maximum number of endpoints visited in one step. This takes up to a millisecond, since they are scattered in memory. */
const MAX_VISITED = 2_000;
/** Maximum number of endpoints reported in one step. */
const MAX_REPORTED = 200;

/**
 * Reports the endpoints whose state is not zero (few of thousands), in steps of bounded work. An endpoint that leaves
 * its last route between two steps may be reported twice.
 */
export function* reportEndpoints(
  endpoints: Iterable<Pick<Endpoint, 'id' | 'namespace' | 'pod' | 'health'>>,
  clock: { readonly now: number },
): Generator<EndpointReport[], void> {
  let reports: EndpointReport[] = [];
  let visited = 0;
  for (const { id, namespace, pod, health } of endpoints) {
    const { inFlight, failures, ejections } = health;
    if (inFlight > 0 || failures > 0 || ejections > 0)
      reports.push({ id, namespace, pod, inFlight, failures, ejectedFor: ejectedFor(health, clock.now) });
    visited += 1;
    if (reports.length < MAX_REPORTED && visited < MAX_VISITED) continue;
    yield reports;
    reports = [];
    visited = 0;
  }
  if (reports.length > 0) yield reports;
}
