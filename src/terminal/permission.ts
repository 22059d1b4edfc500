import { missingAccess, type RequiredAccess } from '../cluster/api/access-review.ts';
import type { ApiSession } from '../cluster/api/api-session.ts';
import type { SessionRequest } from './rules/session-request.ts';

/**
 * The permission that a user lacks for a terminal, as a sentence; undefined if none is missing. podway checks both verbs: API
 * servers before 1.35 open a WebSocket for users who may `get` the subresource, but `create` is the permission to enter a pod.
 *
 * @throws ApiFailure
 */
export async function missingPermission(
  session: ApiSession,
  { target, program }: SessionRequest,
): Promise<string | undefined> {
  const subresource = program === 'attach' ? 'attach' : 'exec';
  const { namespace, pod } = target;
  const required = ['create', 'get'].map(
    (verb): RequiredAccess => ({ verb, resource: 'pods', subresource, namespace, name: pod }),
  );
  const missing = await missingAccess(session, required);
  return missing && `this user may not ${missing.verb} pods/${subresource} of ${namespace}/${pod}`;
}
