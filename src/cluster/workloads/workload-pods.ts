import { own } from '../../wiring/json.ts';
import type { ManifestContext } from '../kind.ts';
import { OWNED_PODS, type OwnedPod } from './owned-pods.ts';
import type { Workload } from './workload.ts';

/** Pods of one workload that are made; a route does not change by further ones. */
export const MOST_PODS = 1_000;

/**
 * The pods of a workload as they are once they are ready, in the words of its template. Their names are none that an API
 * server would give to a pod, so that they never meet one.
 *
 * @param template where that is another object's
 * @returns none when the label selector does not choose them
 */
export function podsOf(
  workload: Workload,
  count: number,
  context: ManifestContext,
  template: unknown = workload.template,
): OwnedPod[] {
  const [first, defect] = firstPod(workload, template, context);
  if (defect !== undefined) return first === undefined ? [] : [{ ...first, defect }];
  if (first === undefined) return [];
  return Array.from({ length: Math.min(count, MOST_PODS) }, (_, at) => {
    const name = podName(workload, at);
    return { ...first, name, uid: `${workload.namespace}/${name}` };
  });
}

function firstPod(
  workload: Workload,
  template: unknown,
  context: ManifestContext,
): readonly [OwnedPod | undefined, string | undefined] {
  const { namespace, kind, name: owner, defect } = workload;
  const name = podName(workload, 0);
  const controller = { kind, name: owner, controller: true };
  const identity = { name, namespace, uid: `${namespace}/${name}`, ownerReferences: [controller] };
  const at = kind === 'CronJob' ? 'spec.jobTemplate.spec.template' : 'spec.template';
  const bare = () => OWNED_PODS.read({ metadata: identity }, context.scope);
  if (defect !== undefined) return [bare(), defect];
  const metadata = own(template, 'metadata') ?? {};
  if (typeof metadata !== 'object' || Array.isArray(metadata)) return [bare(), `${at}.metadata is no object`];
  const { labels, annotations } = metadata as { readonly labels?: unknown; readonly annotations?: unknown };
  const pod = { metadata: { labels, annotations, ...identity }, spec: own(template, 'spec') };
  const { object } = OWNED_PODS.readManifest(pod, context);
  return [object, object?.defect === undefined ? undefined : `${at}.${object.defect}`];
}

function podName({ kind, name }: Workload, at: number): string {
  return `${name}~${kind}~${at}`;
}
