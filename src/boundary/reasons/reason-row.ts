/** Who can say a reason: the reader of heads, the client's connection, decide, the overload check, an exchange, a tunnel, a service of `auth=`. */
export type ReportedBy =
  | 'head'
  | 'connection'
  | 'decision'
  | 'overload'
  | 'exchange'
  | 'tunnel'
  | 'transport'
  | 'auth';

/** What one word of X-Podway-Reason means. */
export interface ReasonRow {
  /** Of the answer, by `statusBy` where that decides. Only logged: 499, 101, and 0 for a connection closed without an answer. */
  readonly status: number | Readonly<Record<string, number>>;
  /** The setting, or the part of the request, that chooses one of several statuses. */
  readonly statusBy?: string;
  /** `none`: it is not a failure. */
  readonly fault: 'client' | 'pod' | 'router' | 'none';
  /** The connection ends with the answer, since what follows on it is unknown or unwanted. */
  readonly close: boolean;
  readonly reportedBy: readonly ReportedBy[];
  /** One sentence, Markdown. */
  readonly meaning: string;
  /** One sentence, Markdown: what the operator or the client should do; '' for nothing. */
  readonly action: string;
}

/** What follows from a failure of an exchange. */
export interface Verdict {
  /** What the client gets while no response head has gone out; 499 is never sent, only logged. */
  readonly status: number;
  readonly fault: ReasonRow['fault'];
  readonly close: boolean;
  /** `unsent`: no byte reached the pod, so another may get the request, for every method. */
  readonly retry: 'unsent' | 'before-answer' | 'never';
  /** Counts against the endpoint: connect failures, closes and resets, not slowness, not answers. */
  readonly ejects: boolean;
}
