import { type Clock, systemClock } from './clock.ts';
import type { KindTable } from './kind.ts';
import { kindsOf } from './kinds.ts';
import type { KubernetesOptions } from './kubernetes.ts';
import { manifestSource } from './manifests/manifest-source.ts';
import type { SourceScope } from './scope.ts';
import type { ClusterSource } from './source.ts';
import { withoutSecrets } from './without-secrets.ts';

export interface SourceOptions extends SourceScope {
  readonly from: { readonly manifests: string } | { readonly kubernetes: KubernetesOptions };
  readonly clock?: Clock;
  /** `ignored`: podway requests no Secret, and no namespace has a key. */
  readonly secrets?: 'followed' | 'ignored';
}

/**
 * The source that the settings select. It opens nothing before `run`.
 *
 * @throws SourceError if there is nothing to follow: no such folder, no kubeconfig, an invalid label selector
 */
export async function openSource(options: SourceOptions): Promise<ClusterSource> {
  if (options.secrets !== 'ignored') return openSourceOf(kindsOf(options), options);
  const { pods, namespaces } = kindsOf({ ...options, tlsSecrets: [] });
  // The table may have no row for Namespaces.
  const kinds = namespaces === undefined ? { pods } : { pods, namespaces };
  return withoutSecrets(await openSourceOf(kinds, options));
}

/** The same, for another table of kinds. */
export async function openSourceOf<T extends KindTable>(
  kinds: T,
  { from, clock = systemClock, ...scope }: SourceOptions,
): Promise<ClusterSource<T>> {
  const followed = { kinds, scope };
  if ('manifests' in from) return manifestSource(followed, clock, from.manifests);
  // client-node takes a second and 85 MB to load, and a folder does not need it.
  const { kubernetesSource } = await import('./kubernetes.ts');
  return kubernetesSource(followed, clock, from.kubernetes);
}
