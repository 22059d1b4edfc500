import { ApiFailure } from '../cluster/api/api-failure.ts';
import { SourceError } from '../cluster/source.ts';
import { readForwardArguments } from './forward/forward-arguments.ts';
import { DEFAULT_FLAGS } from './forward/forward-flags.ts';
import type { Command } from './runtime.ts';
import { Interruption } from './session/interruption.ts';

const USAGE = `podway port-forward [flags] TARGET [LOCAL:]REMOTE...: connect local
    ports to pods

TARGET is a pod (NAME, pod/NAME), an object with pods (deployment/NAME,
statefulset/, daemonset/, replicaset/, job/, service/), or a route
(shop.example.com/api, or http://HOST/PATH for any host). With -l there is no
TARGET. podway forwards each connection to the next pod that is ready at that
moment.

REMOTE is the number or name of a port of the container or, for a Service, of
the Service. LOCAL is the same number by default; ":REMOTE" listens on any free
port. For a route you can omit REMOTE ("LOCAL:", or no argument): podway then
uses the port in the annotation.

  -n, --namespace NAME        default: the namespace of the context
  -A, --all-namespaces        with a route or -l: search all namespaces
  -l, --selector SELECTOR     forward to the pods with these labels
      --address ADDRESS       addresses to listen on, separated by commas;
                              default: 127.0.0.1 and ::1
      --wait DURATION         maximum time that a connection waits for a ready
                              pod; default: ${DEFAULT_FLAGS.wait}
      --max-connections N     maximum number of concurrent connections; further
                              ones wait; default: ${DEFAULT_FLAGS.maxConnections}
  -v, --verbose               print every connection
      --context NAME          kubeconfig context; default: the current one
      --kubeconfig FILE       default: KUBECONFIG, else ~/.kube/config

It runs until a signal ends it (exit code 128 plus the number of the signal).
The exit code is 125 when it cannot start.
`;

/** Exit code for a failure of podway itself, the same as that of `podway exec`. */
const OWN_FAILURE = 125;

/** `podway port-forward`. */
export const portForward: Command = async (runtime) => {
  const printError = (text: string) => runtime.printError(`podway port-forward: ${text}`);
  const args = readForwardArguments(runtime.args);
  if (args === 'help') {
    runtime.print(USAGE);
    return 0;
  }
  if ('problem' in args) {
    printError(`${args.problem} (podway port-forward --help)`);
    return OWN_FAILURE;
  }
  const interruption = new Interruption(runtime);
  try {
    // The modules that read kubeconfigs take long to load, so podway reports wrong flags before it loads them.
    const { forward } = await import('./forward/forward.ts');
    await forward(args, { runtime, printError, signal: interruption.signal });
  } catch (error) {
    const isForPeople = error instanceof ApiFailure || error instanceof SourceError;
    if (interruption.code === undefined && !isForPeople) throw error;
    if (isForPeople && interruption.code === undefined) printError(error.message);
  }
  return interruption.code ?? OWN_FAILURE;
};
