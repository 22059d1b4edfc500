import { own } from '../../wiring/json.ts';
import type { ManifestContext } from '../kind.ts';
import { OWNED_PODS, type OwnedPod } from './owned-pods.ts';
import type { Workload } from './workload.ts';

/**
 * The pod that stands for all those of a workload as they are once they are ready, in the words of its template: they are
 * alike, and how many there are changes no route. Its name is none that an API server would give to a pod, so that it
 * never meets one.
 *
 * @param template where that is another object's
 * @returns undefined when the label selector does not choose it
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
  const broken = (why: string) => {
    const bare = OWNED_PODS.read({ metadata: identity }, context.scope);
    return bare && { ...bare, defect: why };
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
