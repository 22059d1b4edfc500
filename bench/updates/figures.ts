import { residentBytes } from '../harness/process-tree.ts';
import type { Podway } from '../../test/process/podway.ts';
import { samplesOf } from '../../test/telemetry/exposition.ts';

/** What a router says of itself. */
export interface Figures {
  readonly residentBytes: number;
  /** Of the main thread. */
  readonly mainHeapBytes: number;
  /** Of all workers together. */
  readonly workerHeapBytes: number;
  /** Of the workers since the last look, in milliseconds. */
  readonly loopDelay: { readonly p99: number; readonly max: number };
  /** Changes that went to every worker, and the milliseconds that took them all together. */
  readonly propagated: { readonly count: number; readonly milliseconds: number };
}

export async function readFigures(podway: Podway): Promise<Figures> {
  // Before the scrape, which itself takes memory in proportion to the routes.
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
    },
  };
}
