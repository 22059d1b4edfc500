import type { FailureReason } from '../boundary/reasons.ts';

/**
 * The counters of the data plane for the results of requests. A route and an endpoint hold their counters, so no code
 * has to look them up or release them. Routing itself does not change them.
 */
export interface RouteTally {
  /** The counters of one of the route's namespaces. */
  of(namespace: string): RouteTally;
  /**
   * Counts one finished exchange, with its times in seconds. A negative `responseHead` means that no response head
   * came.
   */
  count(method: string, code: number, request: number, responseHead: number): void;
}

export interface EndpointTally {
  /** Counts a response: its status, and the seconds until its head was read. */
  answered(status: number, seconds: number): void;
  answeredWith(status: number): void;
  failed(reason: FailureReason): void;
  ejected(): void;
}
