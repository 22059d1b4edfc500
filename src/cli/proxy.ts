import { ApiFailure } from '../cluster/api/api-failure.ts';
import { SourceError } from '../cluster/source.ts';
import { readProxyArguments } from './api-proxy/proxy-arguments.ts';
import type { Command } from './runtime.ts';
import { Interruption } from './session/interruption.ts';

const USAGE = `podway proxy [flags]: serve the API of your kubeconfig's cluster to
    programs on this machine, as kubectl proxy does

Unlike kubectl proxy, it delivers the query of WebSockets to pods and services,
and refuses requests from pages of other sites.

  -p, --port NUMBER         default 8001; 0: any free port
      --address ADDRESS     default 127.0.0.1
  -u, --unix-socket FILE    listen on this socket instead of a port; only you
                            can connect
      --api-prefix PATH     prefix of all paths that podway serves; default /
      --accept-hosts LIST   names that podway accepts in Host, in addition to
                            localhost, 127.0.0.1 and [::1]
      --allow-origin LIST   origins whose pages may send requests, such as
                            http://localhost:3000
      --allow LIST          accept these requests, which podway refuses by
                            default: exec, attach, portforward,
                            ephemeralcontainers, token, nodes-proxy
      --pass-auth           forward Authorization, Impersonate-* and X-Remote-*
                            of clients instead of your credentials
      --query WAY           how to deliver the query of WebSockets: tunnel
                            (through a port-forward), queryargs (in the path,
                            for a podway with DECOMPOSE_QUERYARGS=on), off (the
                            query is lost); default auto: tunnel if you have the
                            right to port-forward, else queryargs
      --context NAME        kubeconfig context; default: the current one
      --kubeconfig FILE     default: KUBECONFIG, else ~/.kube/config
`;

/** `podway proxy`. */
export const proxy: Command = async (runtime) => {
  const printError = (text: string) => runtime.printError(`podway proxy: ${text}`);
  const args = readProxyArguments(runtime.args);
  if (args === 'help') {
    runtime.print(USAGE);
    return 0;
  }
  if ('problem' in args) {
    printError(`${args.problem} (podway proxy --help)`);
    return 2;
  }
  const interruption = new Interruption(runtime);
  try {
    const { runProxy } = await import('./api-proxy/run-proxy.ts');
    await runProxy(args, { runtime, printError, signal: interruption.signal });
    return interruption.code ?? 0;
  } catch (error) {
    if (!(error instanceof ApiFailure || error instanceof SourceError)) throw error;
    printError(error.message);
    return 1;
  }
};
