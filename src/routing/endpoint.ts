import type { EndpointRecord } from '../boundary/delta.ts';
import type { Conduct } from './conduct.ts';
import type { EndpointHealth } from './ejection.ts';
import type { LiveEndpointOptions } from './live-endpoint-options.ts';
import type { EndpointTally } from './tallies.ts';

/** One pod address. The same object as long as any route of this worker has it in rotation. */
export interface Endpoint extends Pick<EndpointRecord, 'uid' | 'namespace' | 'pod' | 'address' | 'port'> {
  /** `uid|ip|port`. */
  readonly id: string;
  /** The pod's address of the other family, for when the first cannot be reached; no part of its identity. */
  secondAddress: string | undefined;
  readonly options: LiveEndpointOptions;
  readonly health: EndpointHealth;
  readonly conduct: Conduct;
  /** On the worker's clock, in milliseconds. */
  readySince: number;
  /** Names it in cookies (see sticky.ts); '' before it is needed. */
  stickyValue: string;
  /** Made when the first attempt is counted. */
  counts: EndpointTally | undefined;
}
