import type { Socket } from 'node:net';
import { ApiServer } from '../../cluster/api/api-server.ts';
import { namespaceOf, serverOf } from '../../cluster/api/kubeconfig.ts';
import { systemClock } from '../../cluster/clock.ts';
import { openTunnel } from '../../cluster/streams/open-tunnel.ts';
import { targetText } from '../../podstream/targets/target.ts';
import { enumeration } from '../../wiring/enumeration.ts';
import { chosenKubeconfig } from '../chosen-kubeconfig.ts';
import type { Runtime } from '../runtime.ts';
import { findTarget, type FoundTarget } from './find-target.ts';
import type { ForwardArguments } from './forward-arguments.ts';
import { forwardConnection, type ForwardNeeds } from './forward-connection.ts';
import { isLoopback, listenAt, type LocalPort } from './local-ports.ts';
import { Semaphore } from './semaphore.ts';
import { countPods, PodChanges, portsText } from './pod-changes.ts';

/** Maximum time until the API server answers, in milliseconds. */
const API_TIMEOUT = 30_000;
/**
 * Milliseconds: the maximum time to open a tunnel, and the time without data that ends a tunnel whose client has ended its
 * side and awaits an answer.
 */
const TUNNEL = { clock: systemClock, connectTimeout: 10_000, lingerTimeout: 60_000 };
/** Maximum number of concurrent handshakes with the API server. */
const MAX_CONCURRENT_HANDSHAKES = 16;
/** Milliseconds for which podway collects changes of pods before it reports them. */
const REPORT_DELAY = 250;

interface ForwardContext {
  readonly runtime: Pick<Runtime, 'env' | 'print'>;
  readonly printError: (text: string) => void;
  /** Ends the forwarding. */
  readonly signal: AbortSignal;
}

/**
 * Forwards connections until the signal aborts.
 *
 * @throws ApiFailure, SourceError when the forwarding cannot begin
 */
export async function forward(args: ForwardArguments, context: ForwardContext): Promise<void> {
  const { runtime } = context;
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  const load = chosenKubeconfig(args, runtime.env);
  serverOf(load);
  const api = new ApiServer({ load, timeout: API_TIMEOUT });
  const { env } = runtime;
  try {
    const found = await findTarget(args, { api, namespace: namespaceOf(load()), env, signal });
    await serve(found, args, { ...context, api, signal });
  } finally {
    over.abort();
  }
}

/** Listens and forwards until the signal aborts. @throws SourceError when it cannot listen */
async function serve(
  found: FoundTarget,
  args: ForwardArguments,
  context: ForwardContext & { readonly api: ApiServer },
): Promise<void> {
  const { runtime, printError, api, signal } = context;
  const needs: ForwardNeeds = {
    clock: systemClock,
    wait: args.wait,
    connections: new Semaphore(args.maxConnections),
    handshakes: new Semaphore(MAX_CONCURRENT_HANDSHAKES),
    open: (pod, read) => openTunnel(api, pod, { ...TUNNEL, read }),
    report: {
      connected: (local, { pod, port }) => {
        if (!args.verbose) return;
        runtime.print(`${local}: connected to pod ${pod.namespace}/${pod.name}, port ${port}\n`);
      },
      failed: (local, why) => printError(`${local}: ${why}`),
    },
    signal,
  };
  const open = new Set<Socket>();
  const listening = await listen(found, args, (socket, local, podPicker) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    void forwardConnection(socket, podPicker, { ...needs, local });
  });
  try {
    warnOfOthers(args, printError);
    listening.forEach((port, at) => runtime.print(describe(port, args, { found, at })));
    reportPods(found, args, context);
    await whenAborted(signal);
  } finally {
    for (const port of listening) port.close();
    for (const socket of open) socket.destroy();
  }
}

/** Listens at all ports. @throws SourceError when one fails, after closing the others */
async function listen(
  { ports }: FoundTarget,
  { addresses }: ForwardArguments,
  accept: (socket: Socket, local: string, podPicker: FoundTarget['ports'][number]['podPicker']) => void,
): Promise<LocalPort[]> {
  const listening: LocalPort[] = [];
  try {
    for (const { local: port, podPicker } of ports) {
      listening.push(
        await listenAt({ addresses, port }, (socket, local) => accept(socket, local, podPicker)),
      );
    }
  } catch (error) {
    for (const port of listening) port.close();
    throw error;
  }
  return listening;
}

function warnOfOthers({ addresses }: ForwardArguments, printError: (text: string) => void): void {
  const others = addresses.filter((it) => !isLoopback(it));
  if (others.length === 0) return;
  printError(
    `${enumeration(others)}: every client that can connect there can reach the pods with your rights`,
  );
}

/** `Forwarding 127.0.0.1:8080 and [::1]:8080 -> shop.example.com/api (port 3000), 3 pods`. */
function describe(
  { names }: LocalPort,
  { target, wait }: ForwardArguments,
  { found: { followed, ports }, at }: { readonly found: FoundTarget; readonly at: number },
): string {
  const port = ports[at];
  const where = port === undefined ? '' : portsText(port.remote, port.podPicker.endpoints());
  const hasReady = [...followed.pods.values()].some(({ isReady }) => isReady);
  const waits = hasReady ? '' : `; connections wait up to ${wait / 1000} s`;
  const count = target.kind === 'pod' && hasReady ? '' : `, ${countPods(followed.pods)}`;
  return `Forwarding ${enumeration(names)} -> ${targetText(target)} (${where})${count}${waits}\n`;
}

/** Reports new and ended pods, and failures of the API server. */
function reportPods(
  { followed }: FoundTarget,
  { target }: ForwardArguments,
  { runtime, printError, signal }: ForwardContext,
): void {
  const changes = new PodChanges();
  changes.since(followed.pods);
  let cancel: (() => void) | undefined;
  const report = () => {
    cancel = undefined;
    const what = changes.since(followed.pods);
    if (what !== undefined) runtime.print(`${targetText(target)}: ${what}\n`);
  };
  const stop = followed.onChange(() => (cancel ??= systemClock.alarm(REPORT_DELAY, report)));
  followed.onProblem(({ detail }) => printError(`${detail} (podway uses the pods known so far)`));
  signal.addEventListener('abort', () => {
    stop();
    cancel?.();
  });
}

function whenAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve());
  if (signal.aborted) resolve();
  return promise;
}
