import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { resourceLimits } from 'node:worker_threads';

const MEGABYTE = 2 ** 20;

/**
 * The limit of V8 includes both generations, but a heap is exhausted when the old generation is full: with
 * `--max-old-space-size=64` at 38 % of the limit. A worker knows the size of the young generation. Flags that change it
 * are rare, and if they leave no rest, the whole limit counts.
 */
function oldLimit(): number {
  const limit = getHeapStatistics().heap_size_limit;
  const old = limit - (resourceLimits?.maxYoungGenerationSizeMb ?? 0) * MEGABYTE;
  return old > 0 ? old : limit;
}

const LIMIT = oldLimit();

/** Percent of this thread's old generation in use, including garbage that is not collected yet. */
export function heapUse(): number {
  const all = getHeapStatistics().used_heap_size;
  // The precise number costs about 20 us more. A heap that is far from full with the young generation is less full
  // without it.
  if (all < LIMIT / 2) return (all / LIMIT) * 100;
  let old = 0;
  for (const space of getHeapSpaceStatistics())
    if (!space.space_name.startsWith('new_')) old += space.space_used_size;
  return (old / LIMIT) * 100;
}
