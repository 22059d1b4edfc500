import type { Endpoint } from './endpoint.ts';
import type { Grant } from './grant.ts';

const NOBODY: readonly Endpoint[] = [];

/** It has as many requests and tunnels of this worker as its pod takes of one (`max-in-flight=`). */
export function isFull({ health, options }: Endpoint): boolean {
  return options.mostInFlight > 0 && health.inFlight >= options.mostInFlight;
}

/** Pods that take no more at the moment; they are passed over as if they had been tried. */
export function fullOf({ rotation, candidates }: Grant): readonly Endpoint[] {
  return rotation.isCapped ? candidates.filter(isFull) : NOBODY;
}

/** All pods take no more at the moment. */
export function isAllFull({ rotation, candidates }: Grant): boolean {
  return rotation.isCapped && candidates.length > 0 && candidates.every(isFull);
}
