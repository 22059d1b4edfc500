import type { KubeConfig } from '@kubernetes/client-node';
import { printable } from '../../wiring/rejection.ts';
import type { Environment } from './kubeconfig/environment.ts';
import { type KubeconfigChoice, loadKubeconfig } from './kubeconfig/load-kubeconfig.ts';
import { SourceError } from '../source.ts';

/**
 * The kubeconfig from KUBECONFIG, else from ~/.kube/config, else from the service account of podway's own pod.
 *
 * @throws SourceError if there is none, or it cannot be read
 */
export function defaultKubeConfig(env: Environment, choice?: KubeconfigChoice): KubeConfig {
  const config = loadKubeconfig(env, choice);
  if (config !== undefined) return config;
  const named = env['KUBECONFIG'] ?? '';
  const missing =
    named === ''
      ? 'KUBECONFIG is not set, there is no ~/.kube/config'
      : `KUBECONFIG names ${printable(named)}, which is missing or empty`;
  throw new SourceError(
    `no cluster: ${missing}, and podway does not run in a pod (for a folder of manifests: MANIFESTS=FOLDER podway serve)`,
  );
}

/** The namespace of the current context, which is that of podway's own pod in a cluster; `default` if there is none. */
export function namespaceOf(config: KubeConfig): string {
  return config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
}

/** Whether the kubeconfig is the service account of podway's own pod; client-node gives its context this name. */
export function isServiceAccount(config: KubeConfig): boolean {
  return config.getCurrentContext() === 'inClusterContext';
}

/**
 * Address of the API server in a kubeconfig's current context, for people: without user name and password.
 *
 * @throws SourceError if the kubeconfig names none, or cannot be read
 */
export function serverOf(load: () => KubeConfig): string {
  let config: KubeConfig;
  try {
    config = load();
  } catch (error) {
    if (error instanceof SourceError) throw error;
    const why = error instanceof Error ? printable(error.message.split('\n', 1).join('')) : 'unknown error';
    throw new SourceError(`the kubeconfig cannot be read: ${why}`, { cause: error });
  }
  const server = config.getCurrentCluster()?.server.replace(/\/\/[^/]*@/, '//');
  if (server === undefined)
    throw new SourceError('the kubeconfig has no current context that names a cluster');
  if (!/^https?:\/\//.test(server) || !URL.canParse(server)) {
    throw new SourceError(`the kubeconfig's server is not an http or https URL: ${printable(server)}`);
  }
  return server;
}
