import type { EndpointRecord } from '../boundary/delta.ts';
import type { ConnectionBehaviour } from './connection-behaviour.ts';
import type { EndpointHealth } from './ejection.ts';
import type { LiveEndpointOptions } from './live-endpoint-options.ts';
import type { EndpointTally } from './tallies.ts';

/** One pod address. It is the same object as long as any route of this worker has it in rotation. */
export interface Endpoint extends Pick<EndpointRecord, 'uid' | 'namespace' | 'pod' | 'address' | 'port'> {
  /** See `endpointId`. */
  readonly id: string;
  /**
   * The pod's address of the other IP family, for when the first one cannot be reached. It is not part of the identity.
   */
  secondAddress: string | undefined;
  readonly options: LiveEndpointOptions;
  readonly health: EndpointHealth;
  readonly behaviour: ConnectionBehaviour;
  /** When it became ready, in milliseconds of the worker's clock. */
  readySince: number;
  /** Its name in cookies (see sticky.ts); '' until it is needed. */
  stickyValue: string;
  /** Created when the first attempt is counted. */
  counts: EndpointTally | undefined;
}
