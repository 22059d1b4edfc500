import type { FailureReason } from '../../boundary/reasons.ts';
import { verdict } from './failure.ts';

/** The facts about an attempt that failed and about its request. */
export interface FailedTry {
  readonly reason: FailureReason;
  /** The pod had sent no byte. */
  readonly silent: boolean;
  /** No byte of the request was sent. */
  readonly unsent: boolean;
  /** The try used a pooled connection. */
  readonly reused: boolean;
  /** The request belongs to a connection that carries a login. */
  readonly bound: boolean;
  /** podway has already sent the request again after a new connection had ended. */
  readonly resent: boolean;
  readonly method: string;
  readonly hasBody: boolean;
  /** The written bytes of the body are still held, so that podway can write them again. */
  readonly bodyHeld: boolean;
  /** podway may still try other pods. */
  readonly moreAllowed: boolean;
}

/**
 * Whether podway may send the request again, and where.
 *
 *   no byte was sent, or no byte reached a program in the pod and all that was sent is held; any method:
 *     the connect failed                                     -> elsewhere
 *     a pooled connection ended                              -> again at the same pod, on a new connection
 *   a connection ended before a byte came, and the request
 *   may be repeated (idempotent, no body):
 *     a pooled connection                                    -> again at the same pod, on a new connection: the pod was only
 *                                                               closing an idle one (RFC 9112 section 9.3.1)
 *     a new connection, for the first time                   -> elsewhere: a pod that ends loses what is in its backlog
 *   otherwise                                                -> no; a request that kills pods kills at most two
 *
 * A request that is bound to a login is not sent to another pod: its client is not logged in there.
 */
export function retryPlan(attempt: FailedTry): 'elsewhere' | 'again' | 'no' {
  const { retry } = verdict(attempt.reason);
  const elsewhere = attempt.moreAllowed && !attempt.bound ? 'elsewhere' : 'no';
  if (retry === 'unsent') return attempt.bodyHeld ? elsewhere : 'no';
  if (retry === 'before-answer' && attempt.unsent) return 'again';
  const harmless = attempt.silent && !attempt.hasBody && isIdempotent(attempt.method);
  if (retry === 'never' || !harmless) return 'no';
  if (attempt.reused) return 'again';
  return attempt.resent ? 'no' : elsewhere;
}

/** Whether the method is idempotent (RFC 9110 section 9.2.2). */
function isIdempotent(method: string): boolean {
  switch (method) {
    case 'GET':
    case 'HEAD':
    case 'OPTIONS':
    case 'PUT':
    case 'DELETE':
      return true;
    default:
      return false;
  }
}
