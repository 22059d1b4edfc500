import type { PodProtocol } from './pod-protocols.ts';

/** What words say that counts once their pod is picked. Times in milliseconds, sizes in bytes. */
export interface EndpointWords {
  readonly protocol?: PodProtocol;
  /** The name that the pod's certificate has to have, and that is sent as SNI. */
  readonly serverName?: string;
  /** How far a response may run ahead of its reader. */
  readonly proxyBufferSize?: number;
}
