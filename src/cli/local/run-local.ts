import { namespaceOf, serverOf } from '../../cluster/api/kubeconfig.ts';
import { currentContext } from '../../cluster/api/kubeconfig/load-kubeconfig.ts';
import { SourceError } from '../../cluster/source.ts';
import type { Config } from '../../config/load.ts';
import { printable } from '../../wiring/rejection.ts';
import { chosenKubeconfig } from '../chosen-kubeconfig.ts';
import { readConfig } from '../configured.ts';
import { urlHost } from '../demo/listen-address.ts';
import { endOnHangup } from '../ending-with-terminal.ts';
import { portProblems } from '../port-problems.ts';
import type { Runtime } from '../runtime.ts';
import { serve } from '../serve.ts';
import { type CommandNeeds, CommandRun } from './command-run.ts';
import { type LocalArguments, portFlag } from './local-arguments.ts';
import { localEnvironment } from './local-settings.ts';
import { LocalView } from './local-view.ts';

const OWN_FAILURE = 125;

/**
 * Serves the cluster of the kubeconfig on this machine until a signal ends it or the command has ended. Resolves with the
 * exit code.
 */
export async function runLocal(args: LocalArguments, runtime: Runtime): Promise<number> {
  const printError = (text: string) => runtime.printError(`podway local: ${text}`);
  const cluster = clusterOf(args, runtime.env);
  if ('problem' in cluster) {
    printError(cluster.problem);
    return OWN_FAILURE;
  }
  const env = localEnvironment(runtime.env, args, cluster);
  const config = readConfig({ ...runtime, env });
  if (!config) return OWN_FAILURE;
  const refusedPorts = await portProblems(config, runtime.machine, { assign: portFlag });
  if (refusedPorts.length > 0) {
    refusedPorts.forEach(printError);
    return OWN_FAILURE;
  }
  // stdout is for the output of the command only.
  const print =
    args.command === undefined ? runtime.print : (text: string) => runtime.printError(text.trimEnd());
  const { stderr } = runtime.streams;
  const own: Runtime = { ...runtime, env, stdout: { fd: 2, terminal: stderr.isTTY === true } };
  const view = { config, print, printError, title: titleOf(cluster.server, config) };
  if (args.command === undefined) {
    const code = await serve(endOnHangup(own), (served) => new LocalView({ ...view, served }));
    return code === 0 || code > 128 ? code : OWN_FAILURE;
  }
  const observe: CommandNeeds['observe'] = (served, routed) => new LocalView({ ...view, served, routed });
  // The command gets the user's environment, not that of the router.
  return new CommandRun(args.command, {
    runtime: own,
    given: runtime.env,
    config,
    printError,
    observe,
  }).run();
}

interface ChosenCluster {
  readonly server: string;
  readonly context: string;
  readonly namespace: string;
}

/** The cluster that flags and kubeconfig choose at the start. A later `kubectl config use-context` does not change it. */
function clusterOf(args: LocalArguments, env: Runtime['env']): ChosenCluster | { readonly problem: string } {
  const { kubeconfig } = args;
  try {
    const files = kubeconfig === undefined ? env : { ...env, KUBECONFIG: kubeconfig };
    const context = args.context ?? (env['KUBE_CONTEXT'] || currentContext(files));
    const load = chosenKubeconfig({ kubeconfig, context: context || undefined }, env);
    return { server: serverOf(load), context, namespace: namespaceOf(load()) };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { problem: error.message };
  }
}

function titleOf(server: string, config: Config): string {
  const { watchNamespace } = config;
  const namespaces = watchNamespace === '' ? 'all namespaces' : `namespace ${watchNamespace}`;
  return `pods of ${namespaces} of ${printable(server)}, at ${urlHost(config.address)}:${config.port}`;
}
