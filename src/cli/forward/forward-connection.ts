import type { Socket } from 'node:net';
import type { ReadInto } from '../../bytes/read-by-data.ts';
import type { Clock } from '../../cluster/clock.ts';
import type { PodPort } from '../../cluster/streams/open-forward.ts';
import type { PortTunnel } from '../../cluster/streams/port-tunnel.ts';
import type { TunnelError } from '../../cluster/streams/tunnel-error.ts';
import type { Endpoint } from '../../podstream/targets/next-endpoint.ts';
import { type ForwardEnd, ForwardedConnection } from './forwarded-connection.ts';
import type { Semaphore } from './semaphore.ts';
import type { PodPicker } from './pod-picker.ts';

/** Milliseconds until the next try after the API server could not open a stream: the first and the maximum. */
const RETRY_DELAY = { first: 100, max: 1_000 };

export interface ForwardNeeds {
  readonly clock: Clock;
  /** Maximum time until a connection reaches a pod, in milliseconds. */
  readonly wait: number;
  /** Limits the number of connections. */
  readonly connections: Semaphore;
  /** Limits the number of concurrent handshakes with the API server. */
  readonly handshakes: Semaphore;
  /** Opens a tunnel, whose bytes go to `read`. */
  readonly open: (target: PodPort, read: ReadInto) => PortTunnel;
  readonly report: ForwardReport;
  readonly signal: AbortSignal;
}

/** Takes reports about connections. `local`: the local address that the client connected to. */
export interface ForwardReport {
  connected(local: string, endpoint: Endpoint): void;
  failed(local: string, reason: string): void;
}

/** Serves one connection to a forwarded port from its first byte to its last. */
export async function forwardConnection(
  socket: Socket,
  podPicker: PodPicker,
  { local, ...needs }: ForwardNeeds & { readonly local: string },
): Promise<void> {
  const connection = new ForwardedConnection(socket);
  const signal = AbortSignal.any([connection.gone, needs.signal]);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(needs.wait)]);
  const leave = await needs.connections.acquire(limit);
  try {
    const problem =
      leave === undefined
        ? 'too many connections are open (--max-connections)'
        : await serve(connection, podPicker, { ...needs, local, signal });
    if (problem === undefined) return;
    if (!signal.aborted) needs.report.failed(local, problem);
    connection.break();
  } finally {
    leave?.();
  }
}

/** Tries pods until one has served the connection. Resolves with a phrase that says why if none did. */
async function serve(
  connection: ForwardedConnection,
  podPicker: PodPicker,
  needs: ForwardNeeds & { readonly local: string },
): Promise<string | undefined> {
  const { clock, signal, wait } = needs;
  const search = { refused: new Map<string, boolean>(), deadline: clock.now() + wait, signal };
  let last: string | undefined;
  for (let pause = RETRY_DELAY.first; ; ) {
    const endpoint = await podPicker.next(search);
    if (endpoint === undefined) return last ?? noPod(podPicker, wait);
    const end = await talkTo(endpoint, connection, needs);
    if (end.kind === 'over') return undefined;
    last = `pod ${endpoint.pod.namespace}/${endpoint.pod.name}, port ${endpoint.port}: ${end.error.message}`;
    if (end.kind === 'broken' || end.error.code === 'ETUNNELFORBIDDEN') return last;
    if (!isOfApiServer(end.error)) {
      search.refused.set(endpoint.key, endpoint.pod.isReady);
      continue;
    }
    if (clock.now() + pause >= search.deadline) return last;
    await clock.sleep(pause * (0.5 + clock.random() / 2), signal);
    pause = Math.min(pause * 2, RETRY_DELAY.max);
  }
}

async function talkTo(
  endpoint: Endpoint,
  connection: ForwardedConnection,
  { handshakes, open, report, signal, local }: ForwardNeeds & { readonly local: string },
): Promise<ForwardEnd> {
  const opened = await handshakes.acquire(signal);
  if (opened === undefined) return { kind: 'over' };
  const { namespace, name: pod } = endpoint.pod;
  const tunnel = open({ namespace, pod, port: endpoint.port }, connection.reads);
  tunnel.on('connect', () => {
    opened();
    report.connected(local, endpoint);
  });
  try {
    return await connection.talk(tunnel);
  } finally {
    opened();
  }
}

/** Whether the API server caused the failure, so that no other pod can be reached either. */
function isOfApiServer({ code }: TunnelError): boolean {
  return code === 'ETUNNELUNAVAILABLE' || code === 'ETUNNELTHROTTLED';
}

function noPod(podPicker: PodPicker, wait: number): string {
  return podPicker.endpoints().length === 0
    ? `no pod existed within ${wait / 1000} s`
    : `no pod was ready within ${wait / 1000} s`;
}
