import { choice, flag, whole } from './grammar.ts';
import { HOST_GRANTS } from './host-grants.ts';
import { setting } from './setting.ts';

const MAX_ROUTES = 10_000_000;

/** Settings that limit what pods may declare. */
export const ROUTES = {
  podAddresses: setting(
    'POD_ADDRESSES',
    'auto',
    choice('auto', 'cluster', 'any'),
    "`cluster`: route only to addresses that a pod can have, and not to podway's own ports; `auto`: `cluster` with the service account of podway's pod, `any` with a kubeconfig or a folder",
  ),
  hostNetworkPods: setting(
    'HOST_NETWORK_PODS',
    'true',
    flag(),
    'Also route to pods with `hostNetwork: true`',
  ),
  maxRoutesPerPod: setting(
    'MAX_ROUTES_PER_POD',
    '1000',
    whole(1, 100_000),
    'Maximum number of routes (hosts times paths) of one pod; the first ones are kept',
  ),
  maxRoutesPerNamespace: setting(
    'MAX_ROUTES_PER_NAMESPACE',
    '10000',
    whole(1, MAX_ROUTES),
    'Maximum number of different routes of one namespace; the first ones in the order of host and path are kept',
  ),
  maxRoutes: setting(
    'MAX_ROUTES',
    '100000',
    whole(1, MAX_ROUTES),
    'Maximum number of different routes in all namespaces together; above it, the namespaces with the most routes lose their last ones, but none falls below an equal share',
  ),
  ...HOST_GRANTS,
} as const;
