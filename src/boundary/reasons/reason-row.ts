/**
 * Who reports a reason: the parser of heads, the client's connection, the decision, the overload check, an exchange, a
 * tunnel, the check of the client's transport, a service of `auth=`.
 */
export type ReportedBy =
  | 'head'
  | 'connection'
  | 'decision'
  | 'overload'
  | 'exchange'
  | 'tunnel'
  | 'transport'
  | 'auth';

/** What one value of X-Podway-Reason means. */
export interface ReasonRow {
  /**
   * Status of the answer, by the value of `statusBy` if there are several. Only logged: 499, 101, and 0 for a
   * connection that podway closed without an answer.
   */
  readonly status: number | Readonly<Record<string, number>>;
  /** The setting, or the part of the request, that chooses one of several statuses. */
  readonly statusBy?: string;
  /** `none`: the reason is not a failure. */
  readonly fault: 'client' | 'pod' | 'router' | 'none';
  /** podway closes the connection after the answer, because it does not know, or must not use, what follows on it. */
  readonly close: boolean;
  readonly reportedBy: readonly ReportedBy[];
  /** One sentence, Markdown. */
  readonly meaning: string;
  /** One sentence, Markdown: what the operator or the client should do; '' for nothing. */
  readonly action: string;
}

/** What follows from a failed exchange. */
export interface Verdict {
  /** What the client gets if podway has not sent a response head; 499 is never sent, only logged. */
  readonly status: number;
  readonly fault: ReasonRow['fault'];
  readonly close: boolean;
  /** `unsent`: no byte reached the pod, so podway may send the request to another pod, with any method. */
  readonly retry: 'unsent' | 'before-answer' | 'never';
  /** The failure counts against the endpoint. Failed connects, closes and resets do; slowness and answers do not. */
  readonly ejects: boolean;
}
