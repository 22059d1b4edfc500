import type { ApiServer } from './api-server.ts';
import { ApiFailure } from './api-failure.ts';
import type { Resource } from './api-request.ts';
import { activityByChecks, failedChecks, isInconclusive, mayLackRoles } from './server-readiness.ts';

interface Context {
  readonly api: ApiServer;
  readonly resource: Resource;
  readonly signal: AbortSignal;
  /** Milliseconds since the server was certainly not ready; undefined if it always was ready. */
  readonly sinceUnready: number | undefined;
}

/** The failure, or a more exact one: a server that reports that it is not ready needs time, not a ClusterRole. */
export async function withServerState(failure: ApiFailure, context: Context): Promise<ApiFailure> {
  if (!isInconclusive(failure.reason)) return failure;
  const { relist, retryAfter, answer } = failure;
  const notReady = (why: string, presumed: boolean) =>
    new ApiFailure('not-ready', `${why}. ${answer}`, { relist, retryAfter, answer, presumed });
  const failed = await askFailedChecks(context);
  const activity = activityByChecks(failed);
  if (activity !== undefined) return notReady(`the API server ${activity} (${failed.join(', ')})`, false);
  if (mayLackRoles(failure.reason, context.sinceUnready)) {
    return notReady(
      'the API server was away or not ready a moment ago and may not have read its roles yet',
      true,
    );
  }
  return failure;
}

/** Names of the `/readyz` checks that fail; empty if the server is ready or does not report it. */
async function askFailedChecks({ api, resource, signal }: Context): Promise<string[]> {
  try {
    const session = await api.open(signal);
    try {
      const { status, text } = await session.text({ resource, verb: 'list' }, '/readyz');
      return status === 500 ? failedChecks(text) : [];
    } finally {
      session.close();
    }
  } catch {
    return [];
  }
}
