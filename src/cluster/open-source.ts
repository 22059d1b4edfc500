import { type Clock, systemClock } from './clock.ts';
import type { KubernetesOptions } from './kubernetes.ts';
import { manifestSource } from './manifests/manifest-source.ts';
import type { SourceScope } from './scope.ts';
import type { ClusterSource } from './source.ts';

export interface SourceOptions extends SourceScope {
  readonly from:
    | { readonly manifests: string }
    | {
        /** `load` is by default: KUBECONFIG, ~/.kube/config, the pod's service account. */
        readonly kubernetes: Omit<KubernetesOptions, 'load'> & Partial<KubernetesOptions>;
      };
  readonly clock?: Clock;
}

/**
 * The source that the settings ask for. Nothing is opened before `run`.
 *
 * @throws SourceError when there can be nothing to follow: no such folder, no kubeconfig, a bad label selector
 */
export async function openSource(options: SourceOptions): Promise<ClusterSource> {
  const { from, clock = systemClock } = options;
  if ('manifests' in from) return manifestSource(options, clock, from.manifests);
  // client-node takes a second and 85 MB to load: a folder does without.
  const { defaultKubeConfig } = await import('./kubeconfig.ts');
  const { kubernetesSource } = await import('./kubernetes.ts');
  return kubernetesSource(options, clock, { load: defaultKubeConfig, ...from.kubernetes });
}
