import { readLocalArguments } from './local/local-arguments.ts';
import type { Command } from './runtime.ts';

const USAGE = `podway local [flags] [--wait HOST[/PATH] -- COMMAND [arguments]]
Serves the hosts of your kubeconfig's cluster on this machine, with your own rights. podway takes the routes from the pods'
annotations, and sends requests through the API server: http://shop.example.com.localhost:8080/ is shop.example.com.

  -n, --namespace NAME      default: that of the context
  -A, --all-namespaces      serve the hosts of all namespaces
      --context NAME        of the kubeconfig; default: the current one
      --kubeconfig FILE     default: KUBECONFIG, else ~/.kube/config
      --port PORT           default: 8080
      --admin-port PORT     default: 9090
      --keys off            do not read the Secrets with API keys, for users without the right to do so
      --allow-origin ORIGIN accept requests from pages of this origin, in addition to those of routed hosts; may be repeated
      --wait HOST[/PATH]    wait until a ready pod serves this route, then run COMMAND
      --wait-timeout TIME   default: 60s

COMMAND gets PODWAY_URL, PODWAY_HOST, PODWAY_ADDRESS and PODWAY_PROXY. podway ends with COMMAND, with
its exit code: 128 plus the number of a signal that ended it. 125: podway failed; 126 or 127: COMMAND could not be started.
`;

/** podway's own failures. */
const OWN_FAILURE = 125;

/** `podway local`. */
export const local: Command = async (runtime) => {
  const args = readLocalArguments(runtime.args);
  if (args === 'help') {
    runtime.print(USAGE);
    return 0;
  }
  if ('problem' in args) {
    runtime.complain(`podway local: ${args.problem} (podway local --help)`);
    return OWN_FAILURE;
  }
  const { runLocal } = await import('./local/run-local.ts');
  return runLocal(args, runtime);
};
