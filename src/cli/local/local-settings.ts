import type { Runtime } from '../runtime.ts';
import type { LocalArguments } from './local-arguments.ts';

/** Defaults of this command; the environment overrides them. A drain of several seconds would only delay Ctrl-C. */
const DEFAULTS = {
  ADDRESS: '127.0.0.1',
  ADMIN_ADDRESS: '127.0.0.1',
  PORT: '8080',
  ADMIN_PORT: '9090',
  OPERATOR_PORT: 'none',
  UNKNOWN_HOST: '404',
  DRAIN_DELAY: '0',
  DRAIN_TIMEOUT: '1s',
  LOG_LEVEL: 'warn',
};

/** Settings that the environment cannot override, because they define this command. */
const FIXED = { POD_ACCESS: 'tunnel', MANIFESTS: '' };

type Environment = Runtime['env'];

/** The environment of the router, from flags and variables. `chosen`: the choice of the kubeconfig, if they do not choose. */
export function localEnvironment(
  given: Environment,
  args: LocalArguments,
  chosen: { readonly context: string; readonly namespace: string },
): Readonly<Record<string, string | undefined>> {
  const set = Object.entries(given).filter(([, value]) => value !== undefined && value !== '');
  const env: Record<string, string | undefined> = { ...DEFAULTS, ...Object.fromEntries(set), ...FIXED };
  const origins = [env['ALLOWED_ORIGINS'] ?? 'served', ...args.allowOrigins].join(',');
  return {
    ...env,
    ...args.settings,
    ...(args.allowOrigins.length > 0 && { ALLOWED_ORIGINS: origins }),
    WATCH_NAMESPACE: args.allNamespaces
      ? ''
      : (args.namespace ?? (env['WATCH_NAMESPACE'] || chosen.namespace)),
    ...(args.kubeconfig !== undefined && { KUBECONFIG: args.kubeconfig }),
    KUBE_CONTEXT: chosen.context,
  };
}
