import type { ClaimOptions } from '../inventory/pod-claims.ts';
import type { Machine } from '../config/machine.ts';
import type { Config } from '../config/table.ts';
import { wordRules } from '../config/words.ts';

/** @param inCluster podway runs in the cluster that it follows, as a pod with a service account */
export function claimOptions(config: Config, machine: Machine, inCluster: boolean): ClaimOptions {
  const { podAddresses, hostNetworkPods, port, tlsPort, adminPort, operatorPort, terminalPort } = config;
  const listeners = [port, tlsPort, adminPort, operatorPort, terminalPort];
  const ports = listeners.filter((it) => it !== 'none');
  return {
    maxRoutesPerPod: config.maxRoutesPerPod,
    requireReady: config.requireReady,
    requireContainerPort: config.requireContainerPort,
    wordRules: wordRules(config),
    addressRules: {
      cluster: podAddresses === 'cluster' || (podAddresses === 'auto' && inCluster),
      hostNetwork: hostNetworkPods,
      own: { addresses: machine.addresses ?? [], ports },
    },
  };
}
