import type { BalanceName } from '../wiring/words/balance-names.ts';
import type { EndpointWords } from '../wiring/words/endpoint-words.ts';
import type { PodProtocol } from '../wiring/words/pod-options.ts';

/**
 * What a pod may set for its own requests. The options after its paths set some of it, a worker's settings the rest,
 * under the names that they have there. Times in milliseconds, sizes in bytes.
 *
 * What applies once a pod is picked belongs to its endpoint: during a rollout every pod gets what its own template asks
 * for, and templates that differ are no conflict. What has to be known before belongs to the route, one value for all its
 * pods. (What decides which pods a request may reach at all is neither: it filters endpoints, as keys do; see
 * routing/authorise.ts.)
 */

/** How long podway waits for a client: the route's values apply until a pod is picked, then the endpoint's. */
export interface ClientPatience {
  /** Between two reads of a request body, and between two writes that the client accepts. */
  readonly clientIdleTimeout: number;
  /** Bytes per second that a client has to send of a body while it is waited for; 0 = no minimum. */
  readonly requestBodyRate: number;
  /** For which podway waits for a client at any rate of its body. */
  readonly bodyGrace: number;
}

/** What applies to an exchange once a pod is picked. The request head as that pod is to get it has its place here, too. */
export interface EndpointOptions
  extends ClientPatience,
    Pick<
      EndpointWords,
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
  /** The name that the pod's certificate has to have, and that is sent as SNI; empty: none. */
  readonly serverName: string;
  readonly connectTimeout: number;
  /** From the end of the request to the end of the response head. */
  readonly responseHeadTimeout: number;
  /** The same for all tries together; 0 = none. */
  readonly deadline: number;
  /** Between two reads of a response body. */
  readonly upstreamIdleTimeout: number;
  readonly tunnelIdleTimeout: number;
  /** Bytes of a response that may lie in memory ahead of its reader; below 16 KiB the response is not buffered (see BufferBudget). */
  readonly proxyBufferSize: number;
  /** Among which what a pod takes at once is shared out. */
  readonly workers: number;
  /** Maximum of other pods tried after the first one; the pod whose attempt failed last decides. */
  readonly upstreamRetries: number;
  /** First time out of a pod that refuses connections; doubles with every failure in a row. */
  readonly ejectionTime: number;
  readonly ejectionMaxTime: number;
}

/** What is decided for all pods of a route, before one is picked. */
export interface RouteOptions extends ClientPatience {
  readonly balance: BalanceName;
  /** Seconds for which clients keep the cookie of their pod; 0: as long as the browser runs; absent: they get none. */
  readonly sticky?: number;
  /** Where pods are preferred; empty: nowhere. */
  readonly zone: string;
  /** From which a worker's random choices go on. */
  readonly balanceSeed: number;
  /** Bodies up to this size are collected before a pod is asked; 0 = none. */
  readonly collectRequest: number;
}
