import type { LoadResult, Target } from '../load/target.ts';
import type { Program } from './programs.ts';
import type { Metric } from './metrics.ts';
import type { Capability, SocketAddress, Setup } from './rival.ts';

/** The part of the configuration that a scenario changes for every rival. */
export type SetupChange = Partial<
  Pick<Setup, 'hosts' | 'paths' | 'key' | 'accessLog' | 'workers' | 'streaming' | 'http2' | 'grpc'>
>;

export interface Run {
  readonly target: Target;
  readonly origin: SocketAddress;
  /** The rival's process; 0 when the load goes directly to the origin. */
  readonly pid: number;
  readonly seconds: number;
  /** CPUs for the load, in taskset's notation. */
  readonly cores: string;
  /** A folder for files of the load. */
  readonly folder: string;
  /** The result of `prepare` for this rival. */
  readonly prepared: number;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** The name of one operation: `request`, `event`, ... */
  readonly operation: string;
  /**
   * The rivals that take part if the command line names none: all, only the leaders, or none, so that the scenario runs only
   * with `--scenario`.
   */
  readonly byDefault: 'all' | 'leaders' | 'no';
  readonly requiredPrograms: readonly Program[];
  /** The abilities that a rival needs for the scenario. */
  readonly requiredCapabilities: readonly Capability[];
  readonly setup?: SetupChange;
  /** Clients use TLS; the kind of the certificate's key. */
  readonly tls?: 'ec' | 'rsa';
  readonly origin: 'plain' | 'streams';
  /** The figure of which ratios are computed. */
  readonly headline: Metric;
  readonly columns: readonly Metric[];
  /** Also measure the origin without a proxy: the difference in the same round is what the proxy adds. */
  readonly direct?: boolean;
  /** Start a new process for every measurement. */
  readonly newProcess?: boolean;
  /** Proxy and load share all cores; otherwise each has one. */
  readonly sharedCores?: boolean;
  /** Another scenario to compare the headline with, if both run. */
  readonly compareWith?: string;
  /** Bytes of body in each operation, for the throughput. */
  readonly bytes?: number;
  /** Called once for each rival, before the rounds. */
  prepare?(run: Run): Promise<number>;
  measure(run: Run): Promise<LoadResult>;
}
