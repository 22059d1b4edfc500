import type { FailureReason } from '../../boundary/reasons.ts';
import { verdict } from './failure.ts';

/** The facts about an attempt that failed and about its request. */
export interface FailedTry {
  readonly reason: FailureReason;
  /** The pod had sent nothing. */
  readonly silent: boolean;
  /** No byte of it was sent. */
  readonly unsent: boolean;
  /** On a pooled connection. */
  readonly reused: boolean;
  /** It belongs to a connection that carries a login. */
  readonly bound: boolean;
  /** The request was sent again before, after a fresh connection had ended. */
  readonly resent: boolean;
  readonly method: string;
  readonly hasBody: boolean;
  /** What was written of the body is still here, so that it can be written again. */
  readonly bodyHeld: boolean;
  /** Other pods may still be tried. */
  readonly moreAllowed: boolean;
}

/**
 * Whether the request may be sent again, and where to.
 *
 *   nothing of it was sent, or nothing reached a program in the pod and all that was sent is held; any method:
 *     connect failed                                         -> elsewhere
 *     a pooled connection ended                              -> again at the same pod, on a fresh one
 *   a connection ended before a byte came, and asking twice
 *   is as good as asking once (idempotent, no body):
 *     a pooled one                                           -> again at the same pod, on a fresh connection: it was only
 *                                                               closing an idle one (RFC 9112 section 9.3.1)
 *     a fresh one, for the first time                        -> elsewhere: a pod that ends loses what lay in its backlog
 *   all else                                                 -> no; a request that kills pods kills two at most
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

/** RFC 9110 section 9.2.2. */
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
