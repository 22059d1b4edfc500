import type { EndpointReport } from './figures.ts';
import type { RouteDelta } from './delta.ts';
import type { ExplainedRequest, ExplainQuestion } from './explanation.ts';
import type { ExplainedAnswer, OwnAnswer } from './own-answer.ts';

/** What the main thread asks a worker for an operator. A question changes nothing. */
export type Question =
  /** `table`: the worker uses it instead of its live table; only in questions to a single worker. */
  | { readonly kind: 'explain'; readonly request: ExplainQuestion; readonly table?: RouteDelta }
  /** Answers after the sequence number that `since` has for each worker, the oldest first. */
  | {
      readonly kind: 'answers';
      readonly since: Readonly<Record<number, number>>;
      readonly max: number;
    }
  | { readonly kind: 'answer'; readonly requestId: string }
  /** The state of these endpoints; at most some hundred. */
  | { readonly kind: 'endpoints'; readonly endpoints: readonly EndpointName[] };

/** `id`: see `endpointId`. */
export type EndpointName = Pick<EndpointReport, 'id' | 'namespace' | 'pod'>;

/** The reply to each kind of question. */
export interface Replies {
  readonly explain: ExplainedRequest;
  readonly answers: readonly OwnAnswer[];
  /** Undefined if the worker has no answer with this id, or no longer has it. */
  readonly answer: ExplainedAnswer | undefined;
  /** Those that the worker knows and that have something to report. */
  readonly endpoints: readonly EndpointReport[];
}

export type Reply = Replies[keyof Replies];
