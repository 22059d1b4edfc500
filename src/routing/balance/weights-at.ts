import type { Lane } from './lane.ts';

/** Of an endpoint whose pod says nothing. */
export const USUAL_WEIGHT = 100;

/** What a pod that has just become ready gets, at least, of its part. */
const LEAST = 0.1;

/**
 * What the endpoints of a lane weigh at `now` (milliseconds, monotonic); undefined: all the same. One with a slow start gets
 * steadily more until the time is over. Where more than half would get less, or there is one only, the load has
 * nowhere else to go: then none does.
 */
export function weightsAt({ endpoints, weights, ramps }: Lane, now: number): readonly number[] | undefined {
  if (ramps === undefined || now >= ramps.until) return weights;
  const factors = endpoints.map(({ readySince }, at) => {
    const window = ramps.windows[at] ?? 0;
    const age = now - readySince;
    return age >= window ? 1 : Math.max(LEAST, age / window);
  });
  const spared = factors.filter((it) => it < 1).length;
  if (spared === 0 || endpoints.length === 1 || spared * 2 > endpoints.length) return weights;
  return factors.map((it, at) => it * (weights?.[at] ?? USUAL_WEIGHT));
}
