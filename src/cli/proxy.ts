import { ApiFailure } from '../cluster/api/api-failure.ts';
import { SourceError } from '../cluster/source.ts';
import { readProxyArguments } from './api-proxy/proxy-arguments.ts';
import type { Command } from './runtime.ts';
import { Interruption } from './session/interruption.ts';

const USAGE = `podway proxy [flags]: the API of your kubeconfig's cluster for programs of this machine, as kubectl proxy serves it

What kubectl proxy loses, the query of WebSockets to pods and services, arrives; what pages of other sites ask for is refused.

  -p, --port NUMBER         default 8001; 0: any that is free
      --address ADDRESS     default 127.0.0.1
  -u, --unix-socket FILE    instead of a port; only you can connect
      --api-prefix PATH     paths that are served begin with it; default /
      --accept-hosts LIST   further names that Host may have, besides localhost, 127.0.0.1 and [::1]
      --allow-origin LIST   origins whose pages may send requests, such as http://localhost:3000
      --allow LIST          of exec, attach, portforward, ephemeralcontainers, token, nodes-proxy: refused otherwise
      --pass-auth           pass Authorization, Impersonate-* and X-Remote-* of clients on, instead of your credentials
      --query WAY           of WebSocket queries: tunnel, through a port-forward; queryargs, in the path, for a podway with
                            DECOMPOSE_QUERYARGS=on; off, lost; default auto: a tunnel if you may, else in the path
      --context NAME        of the kubeconfig; default: the current one
      --kubeconfig FILE     default: KUBECONFIG, else ~/.kube/config
`;

/** `podway proxy`. */
export const proxy: Command = async (runtime) => {
  const complain = (text: string) => runtime.complain(`podway proxy: ${text}`);
  const args = readProxyArguments(runtime.args);
  if (args === 'help') {
    runtime.print(USAGE);
    return 0;
  }
  if ('problem' in args) {
    complain(`${args.problem} (podway proxy --help)`);
    return 2;
  }
  const interruption = new Interruption(runtime);
  try {
    const { runProxy } = await import('./api-proxy/run-proxy.ts');
    await runProxy(args, { runtime, complain, signal: interruption.signal });
    return interruption.code ?? 0;
  } catch (error) {
    if (!(error instanceof ApiFailure || error instanceof SourceError)) throw error;
    complain(error.message);
    return 1;
  }
};
