import { readConfig } from './configured.ts';
import type { Runtime } from './runtime.ts';
import { type CheckArguments, readCheckArguments } from './what-if/check-arguments.ts';
import { interruptible } from './what-if/interruptible.ts';

const USAGE = `podway grants [flags]: print annotations of Namespaces that grant all
    hosts and paths that pods declare now

  -f, --filename FILE     read manifests instead of a cluster: a file, a folder,
                          or - for stdin; may be repeated
  -R, --recursive         read sub-folders, too
      --live              read a cluster together with these manifests
  -o, --output FORMAT     yaml or json
      --context NAME      kubeconfig context; default: the current one
      --kubeconfig FILE   default: KUBECONFIG, else ~/.kube/config

The command changes nothing. Read its output, decide who owns the hosts that it
names, and apply it with kubectl apply. To list the routes that podway would
then reject, run podway check --live with HOST_GRANTS=enforce.
podway grants also uses the settings HOST_GRANTS_DEFAULT,
HOST_GRANTS_LIST and PATH_MATCH.

The exit code is 0, 1 when you have to decide something, and 2 when something
cannot be read or the command is misused.
`;

/** `podway grants`: prints the grants that the current routes require. Resolves with the exit code. */
export async function grants(runtime: Runtime): Promise<number> {
  const args = argumentsOf(runtime.args);
  if (args === 'help') {
    runtime.print(USAGE);
    return 0;
  }
  if ('problem' in args) {
    runtime.printError(`podway grants: ${args.problem} (podway grants --help)`);
    return 2;
  }
  const config = readConfig(runtime);
  if (!config) return 2;
  return interruptible('grants', runtime, async (signal) => {
    const { runGrants } = await import('./what-if/run-grants.ts');
    return runGrants(args, { runtime, config, signal });
  });
}

/** The arguments of `podway check`, with other output formats. Without manifests, the command reads the cluster. */
function argumentsOf(args: readonly string[]): CheckArguments | { readonly problem: string } | 'help' {
  const isOfFiles = args.some((it) => /^(?:-[Rf]|--(?:filename|recursive)\b)/.test(it));
  const read = readCheckArguments(isOfFiles ? args : [...args, '--live'], ['yaml', 'json']);
  if (typeof read === 'string' || 'problem' in read) return read;
  if (read.namespace !== undefined || read.allNamespaces)
    return { problem: 'expected no namespace: the owner of a host depends on all namespaces' };
  return { ...read, allNamespaces: true };
}
