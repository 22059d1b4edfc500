import type { Command } from './runtime.ts';
import { runSession } from './session/run-session.ts';

const USAGE = `podway attach [flags] POD: attach to the main process of a container

POD is the name of a pod, or KIND/NAME (deployment, statefulset, daemonset,
replicaset, job, service): then the first ready pod of that object.

  -i, --stdin             pass stdin to the process
  -t, --tty               print a message if the process has no terminal; podway
                          always uses an existing one
  -c, --container NAME    default: the pod's annotation
                          kubectl.kubernetes.io/default-container, else the
                          first container
  -n, --namespace NAME    default: the namespace of the context
      --context NAME      kubeconfig context; default: the current one
      --kubeconfig FILE   default: KUBECONFIG, else ~/.kube/config

podway shows the output from now on. With a terminal, your input appears in the
container's log. The exit code is 0 when the process has ended, 125 when podway
failed.
`;

/** `podway attach`. */
export const attach: Command = (runtime) => runSession({ verb: 'attach', usage: USAGE }, runtime);
