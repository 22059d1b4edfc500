import type { EndpointReport } from './figures.ts';
import type { RouteDelta } from './delta.ts';
import type { ExplainedRequest, ExplainQuestion } from './explanation.ts';
import type { ExplainedAnswer, OwnAnswer } from './own-answer.ts';

/** What the main thread asks a worker for an operator. Nothing is changed by it. */
export type Question =
  /** `table`: with this one instead of that which is live, if one worker is asked. */
  | { readonly kind: 'explain'; readonly request: ExplainQuestion; readonly table?: RouteDelta }
  /** The answers after those that `since` says by worker, the oldest first. */
  | {
      readonly kind: 'answers';
      readonly since: Readonly<Record<number, number>>;
      readonly most: number;
    }
  | { readonly kind: 'answer'; readonly requestId: string }
  /** How these endpoints are doing; not more than some hundreds. */
  | { readonly kind: 'endpoints'; readonly endpoints: readonly EndpointName[] };

/** `id`: see `endpointId`. */
export type EndpointName = Pick<EndpointReport, 'id' | 'namespace' | 'pod'>;

/** The reply to each, by its kind. */
export interface Replies {
  readonly explain: ExplainedRequest;
  readonly answers: readonly OwnAnswer[];
  /** Undefined: it has none of that id, or has it no more. */
  readonly answer: ExplainedAnswer | undefined;
  /** Of those that are known and have something to say. */
  readonly endpoints: readonly EndpointReport[];
}

export type Reply = Replies[keyof Replies];
