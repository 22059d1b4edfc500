import { choice, flag, whole } from './grammar.ts';
import { setting } from './setting.ts';

const MOST = 10_000_000;

/** What pods may ask for. */
export const ROUTES = {
  podAddresses: setting(
    'POD_ADDRESSES',
    'auto',
    choice('auto', 'cluster', 'any'),
    "`cluster`: only addresses that a pod can have, and not podway's own with a port of its own; `auto`: `cluster` with the service account of podway's pod, `any` with a kubeconfig or a folder",
  ),
  hostNetworkPods: setting(
    'HOST_NETWORK_PODS',
    'true',
    flag(),
    'Route to pods on the network of their node, too',
  ),
  maxRoutesPerPod: setting(
    'MAX_ROUTES_PER_POD',
    '1000',
    whole(1, 100_000),
    'Routes (hosts times paths) that one pod may ask for; the first of them count',
  ),
  maxRoutesPerNamespace: setting(
    'MAX_ROUTES_PER_NAMESPACE',
    '10000',
    whole(1, MOST),
    'Different routes that the pods of one namespace may ask for; in the order of host and path, the first count',
  ),
  maxRoutes: setting(
    'MAX_ROUTES',
    '100000',
    whole(1, MOST),
    'Different routes in all; beyond, the namespaces that hold most lose their last ones, none below its equal share',
  ),
} as const;
