import { existsSync } from 'node:fs';
import { defaultKubeConfig } from '../cluster/api/kubeconfig.ts';
import { SourceError } from '../cluster/source.ts';
import { printable } from '../wiring/rejection.ts';
import type { Runtime } from './runtime.ts';

/** The flags `--kubeconfig` and `--context`. */
export interface KubeconfigFlags {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

/**
 * Returns a function that reads the kubeconfig that the flags choose.
 *
 * @throws SourceError when the file that --kubeconfig names does not exist
 */
export function chosenKubeconfig({ kubeconfig, context }: KubeconfigFlags, env: Runtime['env']) {
  if (kubeconfig !== undefined && !existsSync(kubeconfig))
    throw new SourceError(`the kubeconfig ${printable(kubeconfig)} cannot be read (ENOENT)`);
  const chosen = kubeconfig === undefined ? env : { ...env, KUBECONFIG: kubeconfig };
  return () => defaultKubeConfig(chosen, { context });
}
