import { type Clock, systemClock } from './clock.ts';
import type { Environment } from './api/kubeconfig/environment.ts';
import { type Kinds, kindsOf } from './kinds.ts';
import type { KubernetesOptions } from './kubernetes.ts';
import { manifestSource } from './manifests/manifest-source.ts';
import type { SourceScope } from './scope.ts';
import type { ClusterSource } from './source.ts';

export interface SourceOptions extends SourceScope {
  readonly from:
    | { readonly manifests: string }
    | {
        readonly kubernetes: Omit<KubernetesOptions, 'load'> &
          (
            | Pick<KubernetesOptions, 'load'>
            /** The process' environment, for KUBECONFIG, ~/.kube/config and the pod's service account. */
            | { readonly env: Environment }
          );
      };
  readonly clock?: Clock;
}

/**
 * The source that the settings ask for. Nothing is opened before `run`.
 *
 * @throws SourceError when there can be nothing to follow: no such folder, no kubeconfig, a bad label selector
 */
export function openSource(options: SourceOptions): Promise<ClusterSource> {
  return openSourceOf(kindsOf(options), options);
}

/** The same, of any table that has podway's kinds. */
export async function openSourceOf<T extends Kinds>(
  kinds: T,
  { from, clock = systemClock, ...scope }: SourceOptions,
): Promise<ClusterSource<T>> {
  const followed = { kinds, scope };
  if ('manifests' in from) return manifestSource(followed, clock, from.manifests);
  // client-node takes a second and 85 MB to load: a folder does without.
  const { defaultKubeConfig } = await import('./api/kubeconfig.ts');
  const { kubernetesSource } = await import('./kubernetes.ts');
  const { kubernetes } = from;
  const load = 'env' in kubernetes ? () => defaultKubeConfig(kubernetes.env) : kubernetes.load;
  return kubernetesSource(followed, clock, { ...kubernetes, load });
}
