import type { Command } from './runtime.ts';
import { runSession } from './session/run-session.ts';

const USAGE = `podway exec [flags] POD -- COMMAND [arguments]: run a command in a
    container of a pod

POD is the name of a pod, or KIND/NAME (deployment, statefulset, daemonset,
replicaset, job, service): then the first ready pod of that object.

  -i, --stdin             pass stdin to the command
  -t, --tty               give the command a terminal (with -i, and when stdin
                          is a terminal)
  -c, --container NAME    default: the pod's annotation
                          kubectl.kubernetes.io/default-container, else the
                          first container
  -n, --namespace NAME    default: the namespace of the context
      --context NAME      kubeconfig context; default: the current one
      --kubeconfig FILE   default: KUBECONFIG, else ~/.kube/config

The exit code is that of the command; 125 when podway failed, 126 or 127 when
the command could not be started.
`;

/** `podway exec`. */
export const exec: Command = (runtime) => runSession({ verb: 'exec', usage: USAGE }, runtime);
