import { own, ownString } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';
import { type ApiCall, ApiFailure } from './api-failure.ts';
import type { ApiSession } from './api-session.ts';

/** An action of a user, in RBAC's terms. */
export interface RequiredAccess {
  readonly verb: string;
  /** Such as `pods`. */
  readonly resource: string;
  /** Such as `exec`. */
  readonly subresource: string;
  readonly namespace: string;
  /** Name of the object. */
  readonly name: string;
}

/**
 * Asks the API server whether the user of the session may do all of this (SelfSubjectAccessReview). Resolves with the
 * first action that the user may not do; undefined if the user may do all.
 *
 * @throws ApiFailure; without an answer there is no permission
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
  // A denial overrides a permission, as it does in the API server.
  return own(status, 'allowed') === true && own(status, 'denied') !== true;
}

/**
 * The printable name of the user whose credentials the session has (SelfSubjectReview, Kubernetes 1.28 and later).
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
