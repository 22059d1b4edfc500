/** Why an exchange could not be carried out; one word for the answer, the log and the metric. */
export type FailureReason =
  | 'connect-refused'
  | 'connect-timeout'
  | 'router-exhausted'
  | 'upstream-closed'
  | 'upstream-reset'
  | 'upstream-stalled'
  | 'bad-response'
  | 'bad-upgrade-response'
  | 'too-many-interim-responses'
  | 'response-timeout'
  | 'request-timeout'
  | 'body-too-slow'
  | 'client-stalled'
  | 'client-left'
  | 'bad-chunk'
  | 'body-cut'
  | 'body-too-large'
  | 'overload-memory'
  | 'drain-timeout';

export interface Verdict {
  /** What the client is told while no response head has gone out; 499 is never sent, only logged. */
  readonly status: number;
  readonly source: 'downstream' | 'upstream' | 'router';
  /** `unsent`: no byte reached the pod, so another may get the request whatever its method. */
  readonly retry: 'unsent' | 'before-answer' | 'never';
  /** Counts against the endpoint: connect failures, closes and resets, not slowness, not answers. */
  readonly ejects: boolean;
}

export const VERDICTS: Readonly<Record<FailureReason, Verdict>> = {
  'connect-refused': { status: 502, source: 'upstream', retry: 'unsent', ejects: true },
  'connect-timeout': { status: 504, source: 'upstream', retry: 'unsent', ejects: true },
  'router-exhausted': { status: 503, source: 'router', retry: 'never', ejects: false },
  'upstream-closed': { status: 502, source: 'upstream', retry: 'before-answer', ejects: true },
  'upstream-reset': { status: 502, source: 'upstream', retry: 'before-answer', ejects: true },
  'upstream-stalled': { status: 504, source: 'upstream', retry: 'never', ejects: false },
  'bad-response': { status: 502, source: 'upstream', retry: 'never', ejects: false },
  'bad-upgrade-response': { status: 502, source: 'upstream', retry: 'never', ejects: false },
  'too-many-interim-responses': { status: 502, source: 'upstream', retry: 'never', ejects: false },
  'response-timeout': { status: 504, source: 'upstream', retry: 'never', ejects: false },
  'request-timeout': { status: 408, source: 'downstream', retry: 'never', ejects: false },
  'body-too-slow': { status: 408, source: 'downstream', retry: 'never', ejects: false },
  'client-stalled': { status: 499, source: 'downstream', retry: 'never', ejects: false },
  'client-left': { status: 499, source: 'downstream', retry: 'never', ejects: false },
  'bad-chunk': { status: 400, source: 'downstream', retry: 'never', ejects: false },
  'body-cut': { status: 400, source: 'downstream', retry: 'never', ejects: false },
  'body-too-large': { status: 413, source: 'downstream', retry: 'never', ejects: false },
  'overload-memory': { status: 503, source: 'router', retry: 'never', ejects: false },
  'drain-timeout': { status: 503, source: 'router', retry: 'never', ejects: false },
};

/** Reasons that lie with the pod. */
export const UPSTREAM_FAILURES: readonly FailureReason[] = (Object.keys(VERDICTS) as FailureReason[]).filter(
  (reason) => VERDICTS[reason].source === 'upstream',
);
