import type { ExplainedStep } from './explanation.ts';
import type { Reason } from './reasons.ts';

/** An answer of the router's own to a request that it refused or could not serve. No query, no key, no cookie. */
export interface OwnAnswer {
  /** Of this worker, growing by one, also from one thread to that which replaces it. */
  readonly seq: number;
  /** When it was answered, in milliseconds since 1970. */
  readonly time: number;
  readonly requestId: string;
  readonly clientAddress: string;
  /** '' when the head could not be read: then host and path are empty, too. */
  readonly method: string;
  /** 255 characters at most. */
  readonly host: string;
  /** As it was sent, 256 characters at most. */
  readonly path: string;
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  readonly reason: Reason;
  /** Host and path prefix of the route; '' for none. */
  readonly route: string;
  /** Of the pod that was tried last; '' for none. */
  readonly namespace: string;
  readonly pod: string;
  readonly attempts: number;
  /** Of the worker's table then; -1 where none was looked at. */
  readonly revision: number;
  /** Seconds. */
  readonly duration: number;
}

/** One of them, and how far its request came. */
export interface ExplainedAnswer {
  readonly answer: OwnAnswer;
  readonly steps: readonly ExplainedStep[];
}
