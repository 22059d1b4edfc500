import type { Duplex } from 'node:stream';
import { ApiFailure } from '../../cluster/api/api-failure.ts';
import type { ApiServer } from '../../cluster/api/api-server.ts';
import { systemClock } from '../../cluster/clock.ts';
import { openTunnel } from '../../cluster/streams/open-tunnel.ts';
import { listOnce } from '../../cluster/watch/list-once.ts';
import { keyOf } from '../../wiring/object-id.ts';
import { printable } from '../../wiring/rejection.ts';
import type { ListenerAddress } from './listener.ts';
import type { OperatorArguments } from './operator-arguments.ts';
import { OperatorError } from './operator-error.ts';
import { readRouterPod, type RouterPod } from './router-pod.ts';

/** Where podway looks for routers if the user may not list pods in all namespaces. */
const DEFAULT_NAMESPACE = 'podway';
const DEFAULT_PORT = 9_909;
/** Maximum time to open a tunnel, in milliseconds. */
const CONNECT_TIMEOUT = 15_000;

export type RouterQuery = Pick<OperatorArguments, 'namespace' | 'allNamespaces' | 'labelSelector' | 'port'>;

/**
 * The running pods of routers, ready ones first. Anyone who can create pods can give them a router's labels. So podway
 * refuses pods of several namespaces, unless the user chose all namespaces.
 *
 * @param single whether all pods have to be replicas of the same router
 * @throws ApiFailure, OperatorError when there is no such pod
 */
export async function findRouters(
  api: ApiServer,
  query: RouterQuery & { readonly single: boolean },
  signal: AbortSignal,
): Promise<readonly RouterPod[]> {
  const { pods, where } = await listed(api, query, signal);
  const running = pods.filter(({ isRunning }) => isRunning);
  const labels = printable(query.labelSelector);
  if (running.length === 0) {
    const found = pods.length === 0 ? 'no pod' : 'no running pod';
    throw new OperatorError(`${found} in ${where} has the labels ${labels} (choose others with -n and -l)`);
  }
  const namespaces = [...new Set(running.map(({ namespace }) => namespace))].sort();
  if (namespaces.length > 1 && (query.single || !query.allNamespaces))
    throw new OperatorError(
      `pods of several namespaces have the labels ${labels}: choose one with -n: ${some(namespaces)}`,
    );
  const routers = [...new Set(running.map(({ router }) => router))].sort();
  if (query.single && routers.length > 1)
    throw new OperatorError(
      `several routers have the labels ${labels}: choose one with -l: ${some(routers)}`,
    );
  return running.sort((a, b) => Number(b.isReady) - Number(a.isReady) || (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** The operator listener of a pod, through a tunnel. @throws OperatorError when the pod has none */
export function listenerAddress(
  api: ApiServer,
  { namespace, name, operatorPort }: RouterPod,
  port?: number,
): ListenerAddress {
  const named = `pod ${namespace}/${name}`;
  if (port === undefined && operatorPort !== undefined && !/^\d{1,5}$/.test(operatorPort))
    throw new OperatorError(`${named} has no operator listener (OPERATOR_PORT=${printable(operatorPort)})`);
  const target = { namespace, pod: name, port: port ?? Number(operatorPort ?? DEFAULT_PORT) };
  const way = (): Duplex => openTunnel(api, target, { clock: systemClock, connectTimeout: CONNECT_TIMEOUT });
  return { name: named, way };
}

async function listed(api: ApiServer, query: RouterQuery, signal: AbortSignal) {
  const { labelSelector, allNamespaces } = query;
  const list = async (namespace: string | undefined) => {
    const resource = { name: 'pods', namespace, labelSelector, objectName: undefined };
    const where = namespace === undefined ? 'any namespace' : `namespace ${namespace}`;
    return { pods: await listOnce(api, resource, readRouterPod, signal), where };
  };
  try {
    return await list(query.namespace);
  } catch (error) {
    const isForbidden = error instanceof ApiFailure && error.reason === 'forbidden';
    if (!isForbidden || query.namespace !== undefined || allNamespaces) throw error;
    // If this fails, too, the message names the usual namespace, for which a Role suffices.
    return await list(DEFAULT_NAMESPACE);
  }
}

function some(texts: readonly string[]): string {
  const few = texts.slice(0, 10).map((it) => printable(it || '(no labels)'));
  return few.length < texts.length ? `${few.join(' | ')} | ...` : few.join(' | ');
}
