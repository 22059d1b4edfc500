import type { Endpoint } from './endpoint.ts';
import type { Grant } from './grant.ts';

const NO_ENDPOINTS: readonly Endpoint[] = [];

/**
 * True when the endpoint has as many requests and tunnels of this worker as its pod accepts from one worker
 * (`max-in-flight=`).
 */
export function isFull({ health, options }: Endpoint): boolean {
  return options.mostInFlight > 0 && health.inFlight >= options.mostInFlight;
}

/** Pods that accept no further request at the moment. They are skipped as if they had been tried. */
export function fullOf({ rotation, candidates }: Grant): readonly Endpoint[] {
  return rotation.isCapped ? candidates.filter(isFull) : NO_ENDPOINTS;
}

/** True when no pod accepts a further request at the moment. */
export function isAllFull({ rotation, candidates }: Grant): boolean {
  return rotation.isCapped && candidates.length > 0 && candidates.every(isFull);
}
