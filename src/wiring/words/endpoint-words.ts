import type { Cors } from './cors-policy.ts';
import type { PodProtocol } from './pod-protocols.ts';

/** What words say that counts once their pod is picked. Times in milliseconds, sizes in bytes. */
export interface EndpointWords {
  /** Pages of which origins may read responses. */
  readonly cors?: Cors;
  readonly protocol?: PodProtocol;
  /** The name that the pod's certificate has to have, and that is sent as SNI. */
  readonly serverName?: string;
  /** In place of the route's path the pod gets this: '' or a path without a slash at its end. */
  readonly prefix?: string;
  /** Redirects and cookies of the pod are not made to fit the route's path. */
  readonly answersAsIs?: boolean;
  /** In Host of requests to the pod. */
  readonly hostOfPod?: string;
  readonly connectTimeout?: number;
  readonly responseHeadTimeout?: number;
  readonly upstreamIdleTimeout?: number;
  readonly tunnelIdleTimeout?: number;
  /** From the end of a request to the head of its response, all tries together. */
  readonly deadline?: number;
  readonly upstreamRetries?: number;
  /** Requests and tunnels that the pod has at once, of all workers. */
  readonly maxInFlight?: number;
  /** How far a response may run ahead of its reader. */
  readonly proxyBufferSize?: number;
  /** Fields that requests to the pod have, and none else of that name. */
  readonly setRequest?: readonly FieldWord[];
  /** Names of fields that do not reach the pod. */
  readonly dropRequest?: readonly string[];
  readonly setResponse?: readonly FieldWord[];
  readonly dropResponse?: readonly string[];
}

export interface FieldWord {
  readonly name: string;
  /** Printable ASCII. */
  readonly value: string;
}
