import type { ApiServer } from '../api/api-server.ts';
import { forwardFrom, type PodPort } from './open-forward.ts';
import { PortTunnel, type TunnelOptions } from './port-tunnel.ts';

/**
 * A TCP connection to a port of a pod, with the credentials of a kubeconfig. Never throws: the tunnel ends with an
 * error.
 */
export function openTunnel(
  api: ApiServer,
  target: PodPort,
  options: Omit<TunnelOptions, 'port' | 'open'>,
): PortTunnel {
  const open = forwardFrom(api, target, options.clock);
  return new PortTunnel({ ...options, port: target.port, open });
}
