import type { Grant } from '../grant.ts';
import type { Guard, GuardedRequest, Refusal } from './guard.ts';

/**
 * The part of a grant whose pods let the request pass all `guards`, or the refusal if no available pod does. The guards
 * of a pod count only for that pod: if pod templates differ, as during a rollout, each counts for the pods that it
 * created.
 *
 * If no pod is available, all of them decide. The refusal is that of the flavour with the most pods; of several, that
 * of the first one.
 */
export function passGuards(grant: Grant, guards: readonly Guard[], request: GuardedRequest): Grant | Refusal {
  const { rotation } = grant;
  const { flavours, live } = rotation;
  if (flavours === undefined) return grant;
  let mask = ALL_FLAVOURS;
  for (const guard of guards) {
    let passed = 0;
    let refusal: Refusal | undefined;
    let most = -1;
    for (const { guards: demands, bit } of flavours) {
      if ((mask & bit) === 0) continue;
      const refused = demands === undefined ? undefined : guard(demands, request);
      if (refused === undefined) passed |= bit;
      else if ((bit & live) !== 0 && rotation.countLive(bit) > most) {
        refusal = refused;
        most = rotation.countLive(bit);
      }
    }
    if (refusal !== undefined && (passed & live) === 0) return refusal;
    mask = passed;
  }
  return grant.flavoured(mask);
}

const ALL_FLAVOURS = -1;
