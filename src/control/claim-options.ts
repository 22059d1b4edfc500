import { followsNamespaces } from '../config/host-grants.ts';
import type { ClaimOptions } from '../inventory/pod-claims.ts';
import type { Machine } from '../config/machine.ts';
import type { Config } from '../config/table.ts';
import { optionRules } from '../config/pod-options.ts';

/** Which hosts of several namespaces podway reports. With HOST_GRANTS=enforce, only those that grants share. */
const OVERLAPS = { off: undefined, report: 'any', enforce: 'shared' } as const;

function grantsOf(config: Config): ClaimOptions['grants'] {
  return {
    pathMatch: config.pathMatch,
    template: config.hostGrantsDefault,
    list: config.hostGrantsList,
    followsNamespaces: followsNamespaces(config),
  };
}

/** @param inCluster podway runs in the cluster that it follows, as a pod with a service account */
export function claimOptions(config: Config, machine: Machine, inCluster: boolean): ClaimOptions {
  const { podAddresses, hostNetworkPods, port, tlsPort, adminPort, operatorPort, terminalPort } = config;
  const listeners = [port, tlsPort, adminPort, operatorPort, terminalPort];
  const ports = listeners.filter((it) => it !== 'none');
  return {
    maxRoutesPerPod: config.maxRoutesPerPod,
    requireReady: config.requireReady,
    requireContainerPort: config.requireContainerPort,
    optionRules: optionRules(config),
    overlaps: OVERLAPS[config.hostGrants],
    ...(config.hostGrants === 'enforce' && { grants: grantsOf(config) }),
    addressRules: {
      cluster: podAddresses === 'cluster' || (podAddresses === 'auto' && inCluster),
      hostNetwork: hostNetworkPods,
      own: { addresses: machine.addresses ?? [], ports },
    },
  };
}
