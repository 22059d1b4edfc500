import type { ClusterSource } from '../cluster/source.ts';
import type { GateWriter } from '../cluster/gates/gate-writer.ts';
import type { EventWriter } from '../cluster/events/event-writer.ts';
import { followsNamespaces } from '../config/host-grants.ts';
import { followedTlsSecrets } from '../config/certificates.ts';
import { type Config, loadConfig } from '../config/load.ts';
import { annotationNames } from '../config/annotation-names.ts';
import type { Runtime } from './runtime.ts';

type Environment = Runtime['env'];

/** The settings, or undefined after every problem has been reported. */
export function readConfig({ env, complain }: Runtime): Config | undefined {
  const loaded = loadConfig(env);
  if ('config' in loaded) return loaded.config;
  complain(...loaded.problems.map((problem) => `podway: ${problem}`));
  return undefined;
}

/**
 * The source that the settings ask for. Rejects with a SourceError when there can be none. The Kubernetes client takes
 * longer to load than all the rest together, so bad settings are reported before.
 */
export async function configuredSource(config: Config, env: Environment): Promise<ClusterSource> {
  const { openSource } = await import('../cluster/open-source.ts');
  return openSource({
    from:
      config.manifests === ''
        ? {
            kubernetes: {
              idleTimeout: config.watchIdleTimeout,
              labelCheck: config.labelCheckInterval,
              timeout: config.apiTimeout,
              load: await kubeconfigLoader(config, env),
            },
          }
        : { manifests: config.manifests },
    namespace: config.watchNamespace === '' ? undefined : config.watchNamespace,
    labelSelector: config.routableLabelSelector.text,
    secretName: config.apiKeySecretLocation.name,
    secretField: config.apiKeySecretLocation.field,
    tlsSecrets: followedTlsSecrets(config) ?? [],
    namespaces: followsNamespaces(config),
    secrets: config.keys === 'off' ? 'ignored' : 'followed',
    annotations: annotationNames(config),
  });
}

/** Reports rejections to the cluster, if the settings say so; a folder of manifests has no Events. */
export async function configuredEvents(config: Config, env: Environment): Promise<EventWriter | undefined> {
  if (!config.events || config.manifests !== '') return undefined;
  const { openEvents } = await import('../cluster/events/open-events.ts');
  return openEvents({
    ...(await writeAccess(config, env)),
    perSecond: config.eventsPerSecond,
    longestQueue: config.eventsQueue,
  });
}

/** What sets the conditions of pods, if the settings want that; pods of manifests have none. */
export async function configuredGates(config: Config, env: Environment): Promise<GateWriter | undefined> {
  if (config.readinessGate === 'none' || config.manifests !== '') return undefined;
  const { openGates } = await import('../cluster/gates/open-gates.ts');
  return openGates({
    ...(await writeAccess(config, env)),
    perSecond: config.readinessGatesPerSecond,
  });
}

/** What writers to the cluster need to know of it. */
async function writeAccess(config: Config, env: Environment) {
  return {
    load: await kubeconfigLoader(config, env),
    namespace: config.watchNamespace === '' ? undefined : config.watchNamespace,
    timeout: config.apiTimeout,
  };
}

/** What reads the kubeconfig that the settings choose; with a token, only for users who have it. */
export async function kubeconfigLoader({ kubeContext }: Config, env: Environment) {
  const { defaultKubeConfig } = await import('../cluster/api/kubeconfig.ts');
  const context = kubeContext === '' ? undefined : kubeContext;
  return (token?: string) => defaultKubeConfig(env, { context, ...(token !== undefined && { token }) });
}
