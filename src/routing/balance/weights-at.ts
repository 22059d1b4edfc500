import type { Lane } from './lane.ts';

/** The weight of an endpoint whose pod declares none. */
export const DEFAULT_WEIGHT = 100;

/** The part of its weight that a pod has at least, when it has just become ready. */
const MIN_WEIGHT_FACTOR = 0.1;

/**
 * The weights of a lane's endpoints at `now` (milliseconds, monotonic); undefined: all are the same. The weight of an
 * endpoint with a slow start grows steadily until the time is over. If more than half of the endpoints would have less
 * weight, or there is only one, the load has nowhere else to go: then all have their full weight.
 */
export function weightsAt({ endpoints, weights, ramps }: Lane, now: number): readonly number[] | undefined {
  if (ramps === undefined || now >= ramps.until) return weights;
  const factors = endpoints.map(({ readySince }, at) => {
    const window = ramps.windows[at] ?? 0;
    const age = now - readySince;
    return age >= window ? 1 : Math.max(MIN_WEIGHT_FACTOR, age / window);
  });
  const spared = factors.filter((it) => it < 1).length;
  if (spared === 0 || endpoints.length === 1 || spared * 2 > endpoints.length) return weights;
  return factors.map((it, at) => it * (weights?.[at] ?? DEFAULT_WEIGHT));
}
