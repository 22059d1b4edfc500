import { readLocalArguments } from './local/local-arguments.ts';
import type { Command } from './runtime.ts';

const USAGE = `podway local [flags] [--wait HOST[/PATH] -- COMMAND [arguments]]
the hosts of your kubeconfig's cluster on this machine, with your own rights: routes from the pods' annotations, requests
through the API server; http://shop.example.com.localhost:8080/ is shop.example.com

  -n, --namespace NAME      default: that of the context
  -A, --all-namespaces
      --context NAME        of the kubeconfig; default: the current one
      --kubeconfig FILE     default: KUBECONFIG, else ~/.kube/config
      --port PORT           default: 8080
      --admin-port PORT     default: 9090
      --keys off            do not read the Secrets with API keys: where you have no right to
      --allow-origin ORIGIN let pages of this origin send requests, besides those of routed hosts; may be repeated
      --wait HOST[/PATH]    wait until this is served by a ready pod, then run COMMAND
      --wait-timeout TIME   default: 60s

COMMAND gets PODWAY_URL, PODWAY_HOST, PODWAY_ADDRESS and PODWAY_PROXY. podway ends with it and with its exit code: 125 when
podway failed, 126 or 127 when the command could not be started, 128 and the signal's number when one ended it.
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
