import type { ExplainedStep } from './explanation.ts';
import type { Reason } from './reasons.ts';

/** An answer of the router itself to a request that it refused or could not serve. Contains no query, key or cookie. */
export interface OwnAnswer {
  /** Sequence number of the worker's answers; a thread that replaces another one continues its numbers. */
  readonly seq: number;
  /** When it was answered, in milliseconds since 1970. */
  readonly time: number;
  readonly requestId: string;
  readonly clientAddress: string;
  /** '' if the head could not be read: then host and path are empty, too. */
  readonly method: string;
  /** At most 255 characters. */
  readonly host: string;
  /** As received, at most 256 characters. */
  readonly path: string;
  /** 0 if podway closed the connection without an answer. */
  readonly status: number;
  readonly reason: Reason;
  /** Host and path prefix of the route; '' if there is none. */
  readonly route: string;
  /** The pod that was tried last; '' if none was. */
  readonly namespace: string;
  readonly pod: string;
  readonly attempts: number;
  /** Revision of the worker's table at that time; -1 if the worker did not use it. */
  readonly revision: number;
  /** Seconds. */
  readonly duration: number;
}

/** An answer of the router itself, and the steps of the decision that its request reached. */
export interface ExplainedAnswer {
  readonly answer: OwnAnswer;
  readonly steps: readonly ExplainedStep[];
}
