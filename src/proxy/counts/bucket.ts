/**
 * Index of a value among buckets with these upper bounds (inclusive, ascending). Above the last bound: the number of
 * bounds.
 */
export function bucketOf(value: number, bounds: readonly number[]): number {
  let bucket = 0;
  while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket += 1;
  return bucket;
}
