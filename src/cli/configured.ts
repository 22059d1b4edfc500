import type { ClusterSource } from '../cluster/source.ts';
import type { GateWriter } from '../cluster/gates/gate-writer.ts';
import type { EventWriter } from '../cluster/events/event-writer.ts';
import { followsNamespaces } from '../config/host-grants.ts';
import { followedTlsSecrets } from '../config/certificates.ts';
import { type Config, loadConfig } from '../config/load.ts';
import { annotationNames } from '../config/annotation-names.ts';
import type { Runtime } from './runtime.ts';

type Environment = Runtime['env'];

/** The settings. Reports all problems and returns undefined if there are any. */
export function readConfig({ env, printError }: Runtime): Config | undefined {
  const loaded = loadConfig(env);
  if ('config' in loaded) return loaded.config;
  printError(...loaded.problems.map((problem) => `podway: ${problem}`));
  return undefined;
}

/**
 * The source that the settings choose. The Kubernetes client takes longer to load than all other modules together, so
 * podway loads it after it has reported wrong settings.
 *
 * @throws SourceError when the source cannot be used
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

/** The writer of Events about rejections. Undefined if EVENTS is off, and for a folder of manifests. */
export async function configuredEvents(config: Config, env: Environment): Promise<EventWriter | undefined> {
  if (!config.events || config.manifests !== '') return undefined;
  const { openEvents } = await import('../cluster/events/open-events.ts');
  return openEvents({
    ...(await writeAccess(config, env)),
    perSecond: config.eventsPerSecond,
    longestQueue: config.eventsQueue,
  });
}

/** The writer of pod conditions. Undefined without READINESS_GATE, and for a folder of manifests. */
export async function configuredGates(config: Config, env: Environment): Promise<GateWriter | undefined> {
  if (config.readinessGate === 'none' || config.manifests !== '') return undefined;
  const { openGates } = await import('../cluster/gates/open-gates.ts');
  return openGates({
    ...(await writeAccess(config, env)),
    perSecond: config.readinessGatesPerSecond,
  });
}

/** The cluster access that the writers of Events and conditions need. */
async function writeAccess(config: Config, env: Environment) {
  return {
    load: await kubeconfigLoader(config, env),
    namespace: config.watchNamespace === '' ? undefined : config.watchNamespace,
    timeout: config.apiTimeout,
  };
}

/**
 * Returns a function that reads the kubeconfig that the settings choose. With a token, the kubeconfig has this token
 * instead of podway's credentials.
 */
export async function kubeconfigLoader({ kubeContext }: Config, env: Environment) {
  const { defaultKubeConfig } = await import('../cluster/api/kubeconfig.ts');
  const context = kubeContext === '' ? undefined : kubeContext;
  return (token?: string) => defaultKubeConfig(env, { context, ...(token !== undefined && { token }) });
}
