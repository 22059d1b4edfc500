import type { BalanceName } from '../wiring/options/balance-names.ts';
import type { DeclaredEndpointOptions } from '../wiring/options/endpoint-options.ts';
import type { PodProtocol } from '../wiring/options/pod-options.ts';

/**
 * What a pod may set for its own requests. The options after its paths set a part of it and a worker's settings the
 * rest, under the names that they have there. Times are in milliseconds, sizes in bytes.
 *
 * What applies after a pod is picked belongs to its endpoint: during a rollout every pod gets what its own template
 * declares, and different templates do not conflict. What podway needs before it picks a pod belongs to the route, one
 * value for all its pods. (Options that decide which pods a request may reach are neither: they filter endpoints, as
 * keys do; see routing/authorise.ts.)
 */

/** How long podway waits for a client. The route's values apply until a pod is picked, then the endpoint's. */
export interface ClientTimeouts {
  /** Maximum time between two reads of a request body, and between two writes that the client accepts. */
  readonly clientIdleTimeout: number;
  /** Minimum bytes per second of a request body while podway waits for it; 0 = no minimum. */
  readonly requestBodyRate: number;
  /** Time for which podway waits for a client regardless of the rate of its body. */
  readonly bodyGrace: number;
}

/** What applies to an exchange after a pod is picked, including the changes to the request head for that pod. */
export interface EndpointOptions
  extends ClientTimeouts,
    Pick<
      DeclaredEndpointOptions,
      | 'cors'
      | 'setRequest'
      | 'dropRequest'
      | 'setResponse'
      | 'dropResponse'
      | 'maxInFlight'
      | 'prefix'
      | 'answersAsIs'
      | 'hostOfPod'
    > {
  readonly protocol: PodProtocol;
  /** The name that the pod's certificate must have, and that podway sends as SNI; empty if there is none. */
  readonly serverName: string;
  readonly connectTimeout: number;
  /** Maximum time from the end of the request to the end of the response head. */
  readonly responseHeadTimeout: number;
  /** The same for all attempts together; 0 = none. */
  readonly deadline: number;
  /** Maximum time between two reads of a response body. */
  readonly upstreamIdleTimeout: number;
  readonly tunnelIdleTimeout: number;
  /**
   * Maximum bytes of a response that wait in memory for its reader; below 16 KiB podway does not buffer the response
   * (see BufferBudget).
   */
  readonly proxyBufferSize: number;
  /** Number of workers among which `maxInFlight` is divided. */
  readonly workers: number;
  /**
   * Maximum number of other pods to try after the first one; the value of the pod whose attempt failed last applies.
   */
  readonly upstreamRetries: number;
  /** First ejection time of a pod that refuses connections; doubles with every failure in a row. */
  readonly ejectionTime: number;
  readonly ejectionMaxTime: number;
}

/** What podway decides for all pods of a route, before it picks one. */
export interface RouteOptions extends ClientTimeouts {
  readonly balance: BalanceName;
  /**
   * Seconds for which clients keep the cookie of their pod; 0 = until the browser closes; absent if they get no cookie.
   */
  readonly sticky?: number;
  /** Zone whose pods podway prefers; empty if it prefers none. */
  readonly zone: string;
  /** Seed of a worker's random choices. */
  readonly balanceSeed: number;
  /** podway collects bodies up to this size before it contacts a pod; 0 = none. */
  readonly collectRequest: number;
}
