import { ApiFailure } from '../cluster/api/api-failure.ts';
import type { Clock } from '../cluster/clock.ts';
import type { Grant } from './admission.ts';
import { missingPermission } from './permission.ts';

/** Milliseconds between two questions. */
const PERIOD = 30_000;
/** Milliseconds for which the last answer counts while the API server gives none. */
const LONGEST_OUTAGE = 300_000;

/** Why a terminal may not go on. */
export interface PermissionLost {
  readonly reason: 'revoked' | 'api-outage';
  readonly detail: string;
}

/**
 * Asks again and again whether the user may still do what he does: Kubernetes itself does not, and a stream outlives the
 * rights and the token that opened it. Resolves when the user may not, or when that could not be confirmed for five
 * minutes; undefined: `signal` aborts.
 */
export async function whenPermissionEnds(
  grant: Grant,
  clock: Clock,
  signal: AbortSignal,
): Promise<PermissionLost | undefined> {
  let last = clock.now();
  let failure = '';
  while (!signal.aborted) {
    const left = last + LONGEST_OUTAGE - clock.now();
    if (left <= 0)
      return {
        reason: 'api-outage',
        detail: `the API server has not confirmed the permission for this terminal: ${failure}`,
      };
    await clock.sleep(Math.min(PERIOD, left), signal);
    if (signal.aborted) break;
    const askedAt = clock.now();
    const answer = await ask(grant, clock, { signal, limit: last + LONGEST_OUTAGE - askedAt });
    if (signal.aborted) break;
    if (answer.verdict === 'no') return { reason: 'revoked', detail: answer.detail };
    if (answer.verdict === 'yes') last = askedAt;
    else failure = answer.detail;
  }
  return undefined;
}

type Answer =
  | { readonly verdict: 'yes' }
  | { readonly verdict: 'no'; readonly detail: string }
  | { readonly verdict: 'nothing'; readonly detail: string };

interface WaitLimit {
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly limit: number;
}

async function ask({ api, request }: Grant, clock: Clock, { signal, limit }: WaitLimit): Promise<Answer> {
  const late = new AbortController();
  const cancel = clock.alarm(Math.max(0, limit), () => late.abort());
  try {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const session = await api.open(AbortSignal.any([signal, late.signal]));
        try {
          const missing = await missingPermission(session, request);
          return missing === undefined ? { verdict: 'yes' } : { verdict: 'no', detail: missing };
        } finally {
          session.close();
        }
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        api.failed(error);
        // A kubeconfig may have a newer token.
        if (error.readsCredentials && attempt === 0) continue;
        const isRefusal = error.readsCredentials || error.reason === 'forbidden';
        return { verdict: isRefusal ? 'no' : 'nothing', detail: error.answer };
      }
    }
  } finally {
    cancel();
  }
}
