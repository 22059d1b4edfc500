import { own } from '../../wiring/json.ts';
import type { ManifestContext } from '../kind.ts';
import { OWNED_PODS, type OwnedPod } from './owned-pods.ts';
import type { Workload } from './workload.ts';

/**
 * The pod that stands for all pods of a workload once they are ready, as its template describes them: they are alike,
 * and their number does not change a route. No API server gives its name to a pod, so it never collides with one.
 *
 * @param template the template, if it belongs to another object
 * @returns undefined if the label selector does not choose the pod
 */
export function podOf(
  workload: Workload,
  context: ManifestContext,
  template: unknown = workload.template,
): OwnedPod | undefined {
  const { namespace, kind, name: owner, defect } = workload;
  const name = `${owner}~${kind}`;
  const controller = { kind, name: owner, controller: true };
  const identity = { name, namespace, uid: `${namespace}/${name}`, ownerReferences: [controller] };
  const at = kind === 'CronJob' ? 'spec.jobTemplate.spec.template' : 'spec.template';
  const broken = (reason: string) => {
    const bare = OWNED_PODS.read({ metadata: identity }, context.scope);
    return bare && { ...bare, defect: reason };
  };
  if (defect !== undefined) return broken(defect);
  const metadata = own(template, 'metadata') ?? {};
  if (typeof metadata !== 'object' || Array.isArray(metadata))
    return broken(`${at}.metadata is not an object`);
  const { labels, annotations } = metadata as { readonly labels?: unknown; readonly annotations?: unknown };
  const pod = { metadata: { labels, annotations, ...identity }, spec: own(template, 'spec') };
  const { object } = OWNED_PODS.readManifest(pod, context);
  return object?.defect === undefined ? object : { ...object, defect: `${at}.${object.defect}` };
}
