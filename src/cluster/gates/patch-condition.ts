import { type ApiAccess, ApiServer } from '../api/api-server.ts';
import { objectTarget, type Resource } from '../api/api-request.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import { SharedSession } from '../api/shared-session.ts';
import type { GateChange } from './gate-change.ts';

/**
 * Sets a condition. Resolves also with 'gone' if the pod does not exist, and with 'conflict' if another pod has its
 * name by now or others kept writing to it. Rejects with an ApiFailure.
 */
export type PatchCondition = (
  change: GateChange,
  signal: AbortSignal,
) => Promise<'done' | 'gone' | 'conflict'>;

/**
 * Patches `status.conditions` of pods in the cluster of a kubeconfig (strategic merge: other conditions stay as they
 * are). The uid is a precondition: a new pod with the same name does not get the condition of its predecessor
 * (Kubernetes API concepts, "Resource versions" and "Preconditions").
 *
 * @param namespace the watched namespace, for the advice after a 403; undefined for all
 */
export function patchConditionsOf(access: ApiAccess, namespace: string | undefined): PatchCondition {
  const sessions = new SharedSession(new ApiServer(access));
  const scope: Resource = { name: 'pods/status', namespace, labelSelector: undefined, objectName: undefined };
  return async ({ pod, condition }, signal) => {
    const target = `${objectTarget({ ...scope, name: 'pods', namespace: pod.namespace, objectName: pod.name })}/status`;
    const lastTransitionTime = rfc3339(new Date());
    const patch = {
      metadata: { uid: pod.uid },
      status: { conditions: [{ ...condition, lastTransitionTime }] },
    };
    return await sessions.use(signal, (session) =>
      session.patch({ resource: scope, verb: 'patch' }, target, patch),
    );
  };
}
