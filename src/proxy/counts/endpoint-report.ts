import { ejectedFor } from '../../routing/ejection.ts';
import type { Endpoint } from '../../routing/route.ts';
import type { EndpointObservation } from '../../boundary/figures.ts';

/** Endpoints looked at in one step: up to a millisecond, for what lies in memory here and there. */
const LOOKED_AT = 2_000;
/** Endpoints told in one step. */
const TOLD = 200;

/**
 * What there is to say of endpoints, in steps of bounded work: of thousands few have something to say. One that leaves its
 * last route between two steps may be told twice.
 */
export function* observed(
  endpoints: Iterable<Pick<Endpoint, 'id' | 'namespace' | 'pod' | 'health'>>,
  clock: { readonly now: number },
): Generator<EndpointObservation[], void> {
  let told: EndpointObservation[] = [];
  let lookedAt = 0;
  for (const { id, namespace, pod, health } of endpoints) {
    const { inFlight, failures, ejections } = health;
    if (inFlight > 0 || failures > 0 || ejections > 0)
      told.push({ id, namespace, pod, inFlight, failures, ejectedFor: ejectedFor(health, clock.now) });
    lookedAt += 1;
    if (told.length < TOLD && lookedAt < LOOKED_AT) continue;
    yield told;
    told = [];
    lookedAt = 0;
  }
  if (told.length > 0) yield told;
}
