import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { resourceLimits } from 'node:worker_threads';

const MEGABYTE = 2 ** 20;

/**
 * V8's limit is that of both generations together, but a heap dies when the old one is full: with
 * `--max-old-space-size=64` at 38 % of it. A worker knows the other part; flags that change it are rare, and where they
 * leave nothing the whole limit counts.
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
  // Some 20 us more; and a heap that is far from full with the young generation is further without.
  if (all < LIMIT / 2) return (all / LIMIT) * 100;
  let old = 0;
  for (const space of getHeapSpaceStatistics())
    if (!space.space_name.startsWith('new_')) old += space.space_used_size;
  return (old / LIMIT) * 100;
}
