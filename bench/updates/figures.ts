import { residentBytes } from '../harness/process-tree.ts';
import type { Podway } from '../../test/process/podway.ts';
import { samplesOf } from '../../test/telemetry/exposition.ts';

/** Figures that a router reports about itself. */
export interface Figures {
  readonly residentBytes: number;
  /** Heap of the main thread, in bytes. */
  readonly mainHeapBytes: number;
  /** Heaps of all workers together, in bytes. */
  readonly workerHeapBytes: number;
  /** Event-loop delay of the workers since the last reading, in milliseconds. */
  readonly loopDelay: { readonly p99: number; readonly max: number };
  /** The number of changes that all workers have applied, and the sum of their times, in milliseconds. */
  readonly propagated: Propagated;
}

export interface Propagated {
  readonly count: number;
  readonly milliseconds: number;
  /** `count`: the number of changes that took at most `limit` milliseconds, from the smallest limit to infinity. */
  readonly within: readonly { readonly limit: number; readonly count: number }[];
}

/** The difference from `before`. */
export function since(before: Propagated, now: Propagated): Propagated {
  return {
    count: now.count - before.count,
    milliseconds: now.milliseconds - before.milliseconds,
    within: now.within.map(({ limit, count }, n) => ({
      limit,
      count: count - (before.within[n]?.count ?? 0),
    })),
  };
}

/** The upper bound of the bucket that contains a quantile, in milliseconds. */
export function quantileBound({ count, within }: Propagated, quantile: number): number {
  return within.find((it) => it.count >= count * quantile)?.limit ?? Number.POSITIVE_INFINITY;
}

export async function readFigures(podway: Podway): Promise<Figures> {
  // Read before the scrape, which itself uses memory in proportion to the routes.
  const resident = residentBytes(podway.pid);
  const samples = samplesOf((await podway.admin('/metrics')).body);
  const sum = (name: string) =>
    [...samples].reduce((total, [key, value]) => total + (key.startsWith(name) ? value : 0), 0);
  const worst = (stat: string) =>
    Math.max(
      ...[...samples]
        .filter(
          ([key]) =>
            key.startsWith('podway_worker_event_loop_delay_seconds') && key.includes(`stat="${stat}"`),
        )
        .map(([, seconds]) => seconds * 1_000),
    );
  return {
    residentBytes: resident,
    mainHeapBytes: sum('nodejs_heap_size_used_bytes'),
    workerHeapBytes: sum('podway_worker_heap_used_bytes'),
    loopDelay: { p99: worst('p99'), max: worst('max') },
    propagated: {
      count: sum('podway_route_propagation_seconds_count'),
      milliseconds: sum('podway_route_propagation_seconds_sum') * 1_000,
      within: bucketsOf(samples),
    },
  };
}

/** The buckets in the order of the output, which begins with the smallest limit. */
function bucketsOf(samples: ReadonlyMap<string, number>): Propagated['within'] {
  return [...samples]
    .filter(([key]) => key.startsWith('podway_route_propagation_seconds_bucket'))
    .map(([key, count]) => {
      const seconds = /le="([^"]+)"/.exec(key)?.[1];
      return { limit: seconds === '+Inf' ? Number.POSITIVE_INFINITY : Number(seconds) * 1_000, count };
    });
}
