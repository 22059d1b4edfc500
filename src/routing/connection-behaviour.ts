/**
 * What a worker has observed of how a pod treats its connections: plain values, changed in place. They live as long as
 * the endpoint and its health.
 */
export interface ConnectionBehaviour {
  /** Numbers of connections to the pod: those that are open, and those that have closed. */
  open: number;
  closed: number;
  /** Serial of the connection that last had its first answer; 0 before the first answer. */
  newest: number;
  /** Whether it answers on several connections at a time (see concurrency.ts). */
  serves: 'unknown' | 'several-likely' | 'several';
  /** Number of new connections that have waited for their first byte so long that an idle connection may block them. */
  overdue: number;
  /** When podway last kept an idle connection in spite of this, in milliseconds of the worker's clock. */
  probedAt: number;
  /** Number of idle connections with the login of a client. */
  logins: number;
  /** Number of responses to HEAD in a row after which no body came. */
  cleanHeads: number;
  /** Number of connections that are watched for bytes after such a response. */
  watched: number;
  /** The pod sent unsolicited bytes after its response to a request with a body. */
  ignoresBodies: boolean;
  /** The address by which podway last reached the pod. */
  address: 'first' | 'second';
}

export function newConnectionBehaviour(): ConnectionBehaviour {
  return {
    open: 0,
    closed: 0,
    newest: 0,
    serves: 'unknown',
    overdue: 0,
    probedAt: Number.NEGATIVE_INFINITY,
    logins: 0,
    cleanHeads: 0,
    watched: 0,
    ignoresBodies: false,
    address: 'first',
  };
}
