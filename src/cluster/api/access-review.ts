import { own, ownString } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';
import { type ApiCall, ApiFailure } from './api-failure.ts';
import type { ApiSession } from './api-session.ts';

/** An action of a user, in RBAC's terms. */
export interface RequiredAccess {
  readonly verb: string;
  /** `pods`. */
  readonly resource: string;
  /** `exec`. */
  readonly subresource: string;
  readonly namespace: string;
  /** Of the object. */
  readonly name: string;
}

/**
 * Whether those whose credentials the session has may do all of this, as the API server says it (SelfSubjectAccessReview).
 * Resolves with the first that they may not do; undefined: they may.
 *
 * @throws ApiFailure; no answer is no permission
 */
export async function missingAccess(
  session: ApiSession,
  required: readonly RequiredAccess[],
): Promise<RequiredAccess | undefined> {
  const allowed = await Promise.all(required.map((access) => mayDo(session, access)));
  return required.find((_, at) => allowed[at] !== true);
}

async function mayDo(session: ApiSession, access: RequiredAccess): Promise<boolean> {
  const review = await session.post(
    reviewCall('selfsubjectaccessreviews'),
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { group: '', ...access } },
    },
  );
  const status = own(review, 'status');
  // A denial counts more than a permission, as it does for the server.
  return own(status, 'allowed') === true && own(status, 'denied') !== true;
}

/**
 * The name of the user whose credentials the session has (SelfSubjectReview, Kubernetes 1.28 and later), printable.
 *
 * @throws ApiFailure
 */
export async function ownUserName(session: ApiSession): Promise<string> {
  const call = reviewCall('selfsubjectreviews');
  const review = await session.post(call, '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'SelfSubjectReview',
  });
  const name = ownString(own(own(review, 'status'), 'userInfo'), 'username') ?? '';
  if (name === '') throw new ApiFailure('malformed', 'the answer to create selfsubjectreviews names no user');
  return printable(name);
}

function reviewCall(name: string): ApiCall {
  return {
    verb: 'create',
    resource: { name, namespace: undefined, labelSelector: undefined, objectName: undefined },
  };
}
