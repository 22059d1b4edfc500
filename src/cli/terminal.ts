import type { Command } from './runtime.ts';
import { Interruption } from './session/interruption.ts';
import { isForPeople, OWN_FAILURE } from './session/run-session.ts';
import { readTerminalArguments } from './terminal/terminal-arguments.ts';
import { readConfig } from './configured.ts';

const USAGE = `podway terminal [flags] POD [-- COMMAND [arguments]]: open a terminal of
    a container in your browser

POD is the name of a pod, or KIND/NAME (deployment, statefulset, daemonset,
replicaset, job, service): then the first ready pod of that object. Without
COMMAND it runs a shell: bash if the container has it, else sh.

      --attach            attach to the main process of the container instead
      --readonly          send no input to the pod; without a command, attach to
                          the main process
      --no-open           only print the link, and open no browser
  -c, --container NAME    default: the pod's annotation
                          kubectl.kubernetes.io/default-container, else the
                          first container
  -n, --namespace NAME    default: the namespace of the context
      --context NAME      kubeconfig context; default: the current one
      --kubeconfig FILE   default: KUBECONFIG, else ~/.kube/config

podway serves the page on 127.0.0.1; its link works once. TERMINAL_IDLE and
TERMINAL_MAX limit the duration of the terminal, and TERMINAL_RECORD records it.
The exit code is that of the command, 129 when the page was closed, 125 when
podway failed.
`;

/** `podway terminal`. */
export const terminal: Command = async (runtime) => {
  const printError = (text: string) => runtime.printError(`podway terminal: ${text}`);
  const args = readTerminalArguments(runtime.args);
  if (args === 'help') {
    runtime.print(USAGE);
    return 0;
  }
  if ('problem' in args) {
    printError(`${args.problem} (podway terminal --help)`);
    return OWN_FAILURE;
  }
  const config = readConfig(runtime);
  if (config === undefined) return OWN_FAILURE;
  const interruption = new Interruption(runtime);
  try {
    const { servePage } = await import('./terminal/serve-page.ts');
    return await servePage(args, { config, runtime, printError }, interruption);
  } catch (error) {
    if (interruption.code !== undefined) return interruption.code;
    if (!isForPeople(error)) throw error;
    printError(error.message);
    return OWN_FAILURE;
  }
};
