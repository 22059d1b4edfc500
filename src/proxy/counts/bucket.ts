/** Where a value belongs among buckets with these upper bounds (inclusive, ascending); above the last: their number. */
export function bucketOf(value: number, bounds: readonly number[]): number {
  let bucket = 0;
  while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket += 1;
  return bucket;
}
