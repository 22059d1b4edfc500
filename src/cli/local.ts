import { readLocalArguments } from './local/local-arguments.ts';
import type { Command } from './runtime.ts';

const USAGE = `podway local [flags] [--wait HOST[/PATH] -- COMMAND [arguments]]
Serves the hosts of your kubeconfig's cluster on this machine, with your own
rights. podway reads the routes from the pods' annotations, and sends requests
through the API server: http://shop.example.com.localhost:8080/ reaches
shop.example.com.

  -n, --namespace NAME      default: the namespace of the context
  -A, --all-namespaces      serve the hosts of all namespaces
      --context NAME        kubeconfig context; default: the current one
      --kubeconfig FILE     default: KUBECONFIG, else ~/.kube/config
      --port PORT           port for routed requests; default: 8080
      --admin-port PORT     port of the admin listener; default: 9090
      --operator-port PORT  port of the dashboard and of podway explain
                            --url; default: no such listener
      --keys off            do not read the Secrets with API keys, for users
                            without the right to do so
      --allow-origin ORIGIN accept requests from pages of this origin, in
                            addition to those of routed hosts; may be repeated
      --wait HOST[/PATH]    wait until a ready pod serves this route, then run
                            COMMAND
      --wait-timeout TIME   maximum time for --wait; default: 60s

COMMAND gets PODWAY_URL, PODWAY_HOST, PODWAY_ADDRESS and PODWAY_PROXY. podway
exits when COMMAND exits, with its exit code or 128 plus the number of the
signal that ended it. 125: podway failed; 126 or 127: it could not start
COMMAND.
`;

/** Exit code for a failure of podway itself. */
const OWN_FAILURE = 125;

/** `podway local`. */
export const local: Command = async (runtime) => {
  const args = readLocalArguments(runtime.args);
  if (args === 'help') {
    runtime.print(USAGE);
    return 0;
  }
  if ('problem' in args) {
    runtime.printError(`podway local: ${args.problem} (podway local --help)`);
    return OWN_FAILURE;
  }
  const { runLocal } = await import('./local/run-local.ts');
  return runLocal(args, runtime);
};
