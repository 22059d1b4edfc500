import type { FailureReason } from '../boundary/reasons.ts';

/**
 * Where the data plane counts what became of requests. A route and an endpoint hold theirs, so that no code has to look
 * for them or to release them; routing itself counts nothing there.
 */
export interface RouteTally {
  /** That of one of the route's namespaces. */
  of(namespace: string): RouteTally;
  /** One finished exchange, in seconds; a negative `responseHead` means that no response head came. */
  count(method: string, code: number, request: number, responseHead: number): void;
}

export interface EndpointTally {
  /** Its answer's status; seconds until the head of it was read. */
  answered(status: number, seconds: number): void;
  answeredWith(status: number): void;
  failed(reason: FailureReason): void;
  ejected(): void;
}
