import type { ApiServer } from './api-server.ts';
import { ApiFailure } from './api-failure.ts';
import type { Resource } from './api-request.ts';
import type { ProblemReason } from '../source.ts';

/** Answers that a server also gives while it starts: of roles it has not read yet, of parts that are not there yet. */
const DOUBTFUL: ReadonlySet<ProblemReason> = new Set(['forbidden', 'server-error']);

/** Milliseconds after an outage or a start in which a 403 may be that of a server which has not read its roles. */
const READING_ROLES = 60_000;

interface Context {
  readonly api: ApiServer;
  readonly resource: Resource;
  readonly signal: AbortSignal;
  /** Milliseconds since the server was certainly not ready; undefined when it always was. */
  readonly sinceUnready: number | undefined;
}

/** The failure, or a better one: a server that says of itself that it is not ready needs no ClusterRole, but time. */
export async function explained(failure: ApiFailure, context: Context): Promise<ApiFailure> {
  const { sinceUnready } = context;
  if (!DOUBTFUL.has(failure.reason)) return failure;
  const { relist, retryAfter, answer } = failure;
  const notReady = (why: string, presumed: boolean) =>
    new ApiFailure('not-ready', `${why}. ${answer}`, { relist, retryAfter, answer, presumed });
  const missing = await failedChecks(context);
  if (missing.length > 0)
    return notReady(`the API server ${whatItDoes(missing)} (${missing.join(', ')})`, false);
  if (failure.reason === 'forbidden' && sinceUnready !== undefined && sinceUnready < READING_ROLES) {
    return notReady(
      'the API server was away or not ready a moment ago and may not have read its roles yet',
      true,
    );
  }
  return failure;
}

function whatItDoes(missing: readonly string[]): string {
  if (missing.includes('shutdown')) return 'is shutting down';
  if (missing.some((it) => /^(poststarthook\/|informer-sync$)/.test(it)))
    return 'is starting and not ready yet';
  return 'says that it is not ready';
}

/** Names of what `/readyz` of the API server says is missing; none when it is ready or does not tell us. */
async function failedChecks({ api, resource, signal }: Context): Promise<string[]> {
  try {
    const session = await api.open(signal);
    try {
      const { status, text } = await session.text({ resource, verb: 'list' }, '/readyz');
      if (status !== 500) return [];
      return [...text.matchAll(/^\[-\]([\w./-]{1,100}) failed/gm)].slice(0, 10).map(([, name = '']) => name);
    } finally {
      session.close();
    }
  } catch {
    return [];
  }
}
