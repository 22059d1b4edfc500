import { isIP } from 'node:net';
import { ApiProxy } from '../../apiproxy/api-proxy.ts';
import { type Listening, listenTcp, listenUnix } from '../../apiproxy/listen.ts';
import { ApiServer } from '../../cluster/api/api-server.ts';
import { serverOf } from '../../cluster/api/kubeconfig.ts';
import { systemClock } from '../../cluster/clock.ts';
import { chosenKubeconfig } from '../chosen-kubeconfig.ts';
import type { Runtime } from '../runtime.ts';
import type { ProxyArguments } from './proxy-arguments.ts';

/** Maximum time until the API server answers a request of podway itself, in milliseconds. */
const API_TIMEOUT = 30_000;
/** Maximum number of different messages; podway drops further ones. */
const MAX_REPORTED = 200;
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/;

interface ProxyContext {
  readonly runtime: Pick<Runtime, 'env' | 'print'>;
  readonly printError: (text: string) => void;
  /** Ends the proxy. */
  readonly signal: AbortSignal;
}

/**
 * Serves the API until the signal aborts.
 *
 * @throws SourceError when podway cannot listen or has no API server
 */
export async function runProxy(args: ProxyArguments, context: ProxyContext): Promise<void> {
  const { runtime, printError, signal } = context;
  const load = chosenKubeconfig(args, runtime.env);
  serverOf(load);
  const proxy = new ApiProxy({
    api: new ApiServer({ load, timeout: API_TIMEOUT }),
    clock: systemClock,
    gate: {
      hosts: args.unixSocket === undefined ? acceptedHosts(args) : undefined,
      origins: new Set(args.origins),
    },
    allowed: new Set(args.allowed),
    passAuth: args.passAuth,
    query: args.query,
    prefix: args.prefix,
    report: once(printError),
    signal,
  });
  const listening = await listen(proxy, args);
  try {
    if (args.unixSocket === undefined && !LOOPBACK.test(args.address))
      printError(
        `${args.address} is not a loopback address: everyone who can reach it has your rights in the cluster`,
      );
    // The same line as kubectl's, because some programs wait for it.
    runtime.print(`Starting to serve on ${listening.at}\n`);
    await whenAborted(signal);
  } finally {
    listening.remove();
    proxy.close();
  }
}

async function listen(
  { server }: ApiProxy,
  { unixSocket, address, port }: ProxyArguments,
): Promise<Listening> {
  return unixSocket === undefined ? listenTcp(server, address, port) : listenUnix(server, unixSocket);
}

function acceptedHosts({ hosts, address }: ProxyArguments): ReadonlySet<string> {
  const own = isIP(address) === 6 ? `[${address}]` : address;
  return new Set(['localhost', '127.0.0.1', '[::1]', own, ...hosts]);
}

function once(printError: (text: string) => void): (text: string) => void {
  const reported = new Set<string>();
  return (text) => {
    if (reported.has(text) || reported.size === MAX_REPORTED) return;
    reported.add(text);
    printError(text);
  };
}

async function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}
