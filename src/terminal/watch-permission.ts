import { ApiFailure } from '../cluster/api/api-failure.ts';
import type { Clock } from '../cluster/clock.ts';
import type { Grant } from './admission.ts';
import { missingPermission } from './permission.ts';

/** Milliseconds between two checks. */
const CHECK_INTERVAL = 30_000;
/** Milliseconds for which the last answer stays valid while the API server does not answer. */
const MAX_OUTAGE = 300_000;

/** Why a terminal has to end. */
export interface PermissionLost {
  readonly reason: 'revoked' | 'api-outage';
  readonly detail: string;
}

/**
 * Checks periodically whether the user still has the permission. Kubernetes does not: an open stream continues after the
 * permission or the token has been revoked. Resolves when the user has lost the permission, or when the API server could not
 * confirm it for five minutes; with undefined when `signal` aborts.
 */
export async function whenPermissionEnds(
  grant: Grant,
  clock: Clock,
  signal: AbortSignal,
): Promise<PermissionLost | undefined> {
  let last = clock.now();
  let failure = '';
  while (!signal.aborted) {
    const left = last + MAX_OUTAGE - clock.now();
    if (left <= 0)
      return {
        reason: 'api-outage',
        detail: `the API server has not confirmed the permission for this terminal: ${failure}`,
      };
    await clock.sleep(Math.min(CHECK_INTERVAL, left), signal);
    if (signal.aborted) break;
    const askedAt = clock.now();
    const answer = await ask(grant, clock, { signal, limit: last + MAX_OUTAGE - askedAt });
    if (signal.aborted) break;
    if (answer.verdict === 'no') return { reason: 'revoked', detail: answer.detail };
    if (answer.verdict === 'yes') last = askedAt;
    else failure = answer.detail;
  }
  return undefined;
}

type PermissionAnswer =
  | { readonly verdict: 'yes' }
  | { readonly verdict: 'no'; readonly detail: string }
  | { readonly verdict: 'nothing'; readonly detail: string };

interface WaitLimit {
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly limit: number;
}

async function ask(
  { api, request }: Grant,
  clock: Clock,
  { signal, limit }: WaitLimit,
): Promise<PermissionAnswer> {
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
        // The kubeconfig may have a newer token now.
        if (error.readsCredentials && attempt === 0) continue;
        const isRefusal = error.readsCredentials || error.reason === 'forbidden';
        return { verdict: isRefusal ? 'no' : 'nothing', detail: error.answer };
      }
    }
  } finally {
    cancel();
  }
}
