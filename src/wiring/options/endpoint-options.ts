import type { Cors } from './cors-policy.ts';
import type { PodProtocol } from './pod-protocols.ts';

/** Options of a pod that apply once it is picked. Times in milliseconds, sizes in bytes. */
export interface DeclaredEndpointOptions {
  readonly cors?: Cors;
  readonly protocol?: PodProtocol;
  /** Name that the pod's certificate must contain; podway also sends it as SNI. */
  readonly serverName?: string;
  /** Prefix that the pod gets in place of the route's path: '' or a path without a trailing slash. */
  readonly prefix?: string;
  /** podway forwards redirects and cookies of the pod unchanged. */
  readonly answersAsIs?: boolean;
  /** Value of `Host` in requests to the pod. */
  readonly hostOfPod?: string;
  readonly connectTimeout?: number;
  readonly responseHeadTimeout?: number;
  readonly upstreamIdleTimeout?: number;
  readonly tunnelIdleTimeout?: number;
  /** From the end of a request to the end of its response head, for all attempts together. */
  readonly deadline?: number;
  readonly upstreamRetries?: number;
  /** Maximum number of concurrent requests and tunnels of the pod, for all workers together. */
  readonly maxInFlight?: number;
  /** Maximum size of the part of a response that podway buffers for a slow client. */
  readonly proxyBufferSize?: number;
  /** Headers that podway sets in requests to the pod, replacing all headers of that name. */
  readonly setRequest?: readonly NamedValue[];
  /** Names of headers that podway removes from requests. */
  readonly dropRequest?: readonly string[];
  readonly setResponse?: readonly NamedValue[];
  readonly dropResponse?: readonly string[];
}

/** A header, or a cookie of a condition. */
export interface NamedValue {
  readonly name: string;
  /** Printable ASCII. */
  readonly value: string;
}
