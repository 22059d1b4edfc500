import { type ApiAccess, ApiServer } from '../api/api-server.ts';
import { ApiFailure } from '../api/api-failure.ts';
import { objectTarget, type Resource } from '../api/api-request.ts';
import type { GateWish } from './gate-wish.ts';

/**
 * Sets a condition. Resolves also when the pod is gone; with 'conflict' when it is another one by now, or was written too often
 * meanwhile. Rejects with an ApiFailure.
 */
export type PatchCondition = (wish: GateWish, signal: AbortSignal) => Promise<'done' | 'gone' | 'conflict'>;

/**
 * Patches `status.conditions` of pods in the cluster of a kubeconfig (strategic merge: other conditions stay as they are). The uid
 * is a precondition: a pod that took the name over is not marked for its predecessor (Kubernetes API concepts, "Resource
 * versions" and "Preconditions").
 *
 * @param namespace the one that is watched, for the advice when it is forbidden; undefined: all
 */
export function patchConditionsOf(access: ApiAccess, namespace: string | undefined): PatchCondition {
  const api = new ApiServer(access);
  const scope: Resource = { name: 'pods/status', namespace, labelSelector: undefined, objectName: undefined };
  return async ({ pod, condition }, signal) => {
    const session = await api.open(signal);
    const target = `${objectTarget({ ...scope, name: 'pods', namespace: pod.namespace, objectName: pod.name })}/status`;
    const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const patch = {
      metadata: { uid: pod.uid },
      status: { conditions: [{ ...condition, lastTransitionTime }] },
    };
    try {
      return await session.patch({ resource: scope, verb: 'patch' }, target, patch);
    } catch (error) {
      if (error instanceof ApiFailure) api.failed(error);
      throw error;
    } finally {
      session.close();
    }
  };
}
