/**
 * What a worker has seen of how a pod treats its connections: plain values, changed in place. It lives as long as the
 * endpoint and its health, and is forgotten with them.
 */
export interface Conduct {
  /** Connections to it that are open now, and those that were and have closed since. */
  open: number;
  closed: number;
  /** Serial of the connection that gave its first answer last; 0 before any. */
  newest: number;
  /** Whether it answers on several connections at a time (see concurrency.ts). */
  serves: 'unknown' | 'several-likely' | 'several';
  /** Fresh connections that wait for their first byte for so long that an idle one may be in the way. */
  overdue: number;
  /** When one was kept last all the same, on the worker's clock in milliseconds. */
  witnessedAt: number;
  /** Idle connections that carry a client's login. */
  logins: number;
  /** Answers to HEAD behind which the body that they announce did not come, in a row. */
  cleanHeads: number;
  /** Connections that are watched for what comes behind such an answer. */
  watched: number;
  /** It pushed bytes behind its answer to a request with a body. */
  ignoresBodies: boolean;
  /** The one by which it was reached last. */
  address: 'first' | 'second';
}

export function newConduct(): Conduct {
  return {
    open: 0,
    closed: 0,
    newest: 0,
    serves: 'unknown',
    overdue: 0,
    witnessedAt: Number.NEGATIVE_INFINITY,
    logins: 0,
    cleanHeads: 0,
    watched: 0,
    ignoresBodies: false,
    address: 'first',
  };
}
