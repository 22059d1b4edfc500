import { choice, duration, whole } from './grammar.ts';
import { setting } from './setting.ts';

/** Settings for connections to pods, directly or by tunnels through the API server. */
export const TUNNELS = {
  podAccess: setting(
    'POD_ACCESS',
    'direct',
    choice('direct', 'tunnel'),
    '`tunnel`: podway reaches pods through the API server, by port-forward, from a machine outside the pod network; `ADDRESS` and `ADMIN_ADDRESS` are then 127.0.0.1 unless they are set',
  ),
  keys: setting(
    'KEYS',
    'check',
    choice('check', 'off'),
    '`check`: a namespace with a key Secret requires its key; `off`: podway reads no Secrets, and no namespace has a key; only with `POD_ACCESS=tunnel` and a loopback `ADDRESS`',
  ),
  maxTunnels: setting(
    'MAX_TUNNELS',
    '256',
    whole(1, 65_535),
    'Maximum number of tunnels to pods, divided among the workers; requests that need another one wait up to `TUNNEL_CONNECT_TIMEOUT`, then get 503',
  ),
  tunnelOpensPerSecond: setting(
    'TUNNEL_OPENS_PER_SECOND',
    '20',
    whole(1, 10_000),
    'Maximum number of tunnels opened per second, divided among the workers; after a pause, a burst may be two and a half times as large',
  ),
  tunnelConnectTimeout: setting(
    'TUNNEL_CONNECT_TIMEOUT',
    '10s',
    duration('100ms', '10m'),
    'Timeout for opening a tunnel to a pod, including the wait for a free place; replaces `CONNECT_TIMEOUT`',
  ),
  tunnelPing: setting(
    'TUNNEL_PING',
    '20s',
    duration('5s', '10m'),
    'Time without data after which podway pings a tunnel; podway closes a tunnel that is silent for three times as long',
  ),
} as const;

/** With POD_ACCESS=tunnel, podway listens only on a loopback address unless the addresses are set. */
export function withLoopback<
  T extends { readonly podAccess: string; readonly address: string; readonly adminAddress: string },
>(config: T): T {
  if (config.podAccess !== 'tunnel') return config;
  return {
    ...config,
    address: config.address || '127.0.0.1',
    adminAddress: config.adminAddress || '127.0.0.1',
  };
}
