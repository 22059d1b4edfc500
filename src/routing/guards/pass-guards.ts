import type { Grant } from '../grant.ts';
import type { Guard, GuardedRequest, Refusal } from './guard.ts';

/**
 * The part of a grant whose pods let the request pass every one of `guards`, or the refusal, if it is none. A pod's guards
 * count for that pod alone: where templates differ, as during a rollout, each is obeyed for the pods that it made.
 *
 * Pods that can be asked decide; where none can, all do. Refusals come from the flavour that has most of the pods, the first of several.
 */
export function passGuards(grant: Grant, guards: readonly Guard[], request: GuardedRequest): Grant | Refusal {
  const { flavours, live } = grant.rotation;
  if (flavours === undefined) return grant;
  let mask = live;
  for (const guard of guards) {
    let passed = 0;
    let refusal: Refusal | undefined;
    let most = -1;
    for (const flavour of flavours) {
      if ((mask & flavour.bit) === 0) continue;
      const why = flavour.guards === undefined ? undefined : guard(flavour.guards, request);
      if (why === undefined) passed |= flavour.bit;
      else if (grant.rotation.askable(flavour.bit) > most) {
        refusal = why;
        most = grant.rotation.askable(flavour.bit);
      }
    }
    if (refusal !== undefined && passed === 0) return refusal;
    mask = passed;
  }
  return grant.flavoured(mask);
}
