import { type FailureReason, verdict } from './failure.ts';

/** What is known of an attempt that failed and of the request it carried. */
export interface FailedAttempt {
  readonly reason: FailureReason;
  /** On a pooled connection, and the pod had not said a byte on it. */
  readonly race: boolean;
  readonly method: string;
  readonly hasBody: boolean;
  /** Other pods may still be tried. */
  readonly moreAllowed: boolean;
}

/**
 * Whether the request may be sent again, and where to.
 *
 *   nothing of it was sent (connect failed)                        -> elsewhere, whatever the method
 *   a pooled connection ended before a byte came, and asking twice
 *   is as good as asking once (idempotent, no body)                -> again at the same pod, on a fresh connection:
 *                                                                     it was only closing an idle one (RFC 9112 9.3.1)
 *   all else                                                       -> no
 */
export function retryPlan(attempt: FailedAttempt): 'elsewhere' | 'again' | 'no' {
  const { retry } = verdict(attempt.reason);
  if (retry === 'unsent') return attempt.moreAllowed ? 'elsewhere' : 'no';
  const harmless = attempt.race && !attempt.hasBody && isIdempotent(attempt.method);
  return retry === 'reused-connection' && harmless ? 'again' : 'no';
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
