import type { Command } from './runtime.ts';
import { runSession } from './session/run-session.ts';

const USAGE = `podway attach [flags] POD: attach to the main process of a container

POD is the name of a pod, or KIND/NAME (deployment, statefulset, daemonset, replicaset, job, service): then the first ready
pod of that object.

  -i, --stdin             pass stdin to the process
  -t, --tty               report it if the process has no terminal; an existing terminal is always used
  -c, --container NAME    default: the pod's annotation kubectl.kubernetes.io/default-container,
                          else the first container
  -n, --namespace NAME    default: that of the context
      --context NAME      of the kubeconfig; default: the current one
      --kubeconfig FILE   default: KUBECONFIG, else ~/.kube/config

Output starts now. With a terminal, your input appears in the container's log. The exit code is 0 when the process has
ended, 125 when podway failed.
`;

/** `podway attach`. */
export const attach: Command = (runtime) => runSession({ verb: 'attach', usage: USAGE }, runtime);
