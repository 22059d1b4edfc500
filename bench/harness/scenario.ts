import type { LoadResult, Target } from '../load/target.ts';
import type { Program } from './installed.ts';
import type { Metric } from './metrics.ts';
import type { Capability, Place, Setup } from './rival.ts';

/** What a scenario changes in everybody's configuration. */
export type SetupChange = Partial<
  Pick<Setup, 'hosts' | 'paths' | 'key' | 'accessLog' | 'workers' | 'streaming' | 'http2' | 'grpc'>
>;

export interface Run {
  readonly target: Target;
  readonly origin: Place;
  /** The contestant's process; 0 when the load goes straight to the origin. */
  readonly pid: number;
  readonly seconds: number;
  /** CPUs for the load, in taskset's notation. */
  readonly cores: string;
  /** Where a load may keep files. */
  readonly folder: string;
  /** What `prepare` found out about this contestant. */
  readonly prepared: number;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What one operation is called: `request`, `event`, ... */
  readonly operation: string;
  /** Which rivals take part when none is named: all, the leaders alone, or none (only with `--scenario`). */
  readonly byDefault: 'all' | 'leaders' | 'no';
  readonly needs: readonly Program[];
  /** What a rival has to be able to do. */
  readonly requires: readonly Capability[];
  readonly setup?: SetupChange;
  /** Clients come by TLS; the kind of the certificate's key. */
  readonly tls?: 'ec' | 'rsa';
  readonly origin: 'plain' | 'streams';
  /** The figure that ratios are formed of. */
  readonly headline: Metric;
  readonly columns: readonly Metric[];
  /** Also measure the origin without a proxy: what the proxy adds is the difference in the same round. */
  readonly direct?: boolean;
  /** A new process for every measurement. */
  readonly fresh?: boolean;
  /** Proxy and load share all cores, instead of one each. */
  readonly together?: boolean;
  /** A scenario that this one's headline is also compared with, if it runs too. */
  readonly against?: string;
  /** Bytes of body that an operation moves, for the throughput. */
  readonly bytes?: number;
  /** Once for each contestant, before the rounds. */
  prepare?(run: Run): Promise<number>;
  measure(run: Run): Promise<LoadResult>;
}
