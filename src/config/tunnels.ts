import { choice, duration, whole } from './grammar.ts';
import { setting } from './setting.ts';

/** How pods are reached, and the bounds of reaching them through the API server. */
export const TUNNELS = {
  podAccess: setting(
    'POD_ACCESS',
    'direct',
    choice('direct', 'tunnel'),
    '`tunnel`: pods are reached through the API server, by port-forward, from a machine without a network to them; `ADDRESS` and `ADMIN_ADDRESS` are then 127.0.0.1 unless they are set',
  ),
  keys: setting(
    'KEYS',
    'check',
    choice('check', 'off'),
    '`off`: Secrets are not read, and no namespace has a key; only with `POD_ACCESS=tunnel` and a loopback `ADDRESS`',
  ),
  maxTunnels: setting(
    'MAX_TUNNELS',
    '256',
    whole(1, 65_535),
    'Maximum of tunnels to pods, shared among the workers; requests that need another one wait, then get 503',
  ),
  tunnelOpensPerSecond: setting(
    'TUNNEL_OPENS_PER_SECOND',
    '20',
    whole(1, 10_000),
    'Tunnels that are opened in a second, shared among the workers; after a pause two and a half times as many at once',
  ),
  tunnelConnectTimeout: setting(
    'TUNNEL_CONNECT_TIMEOUT',
    '10s',
    duration('100ms', '10m'),
    'For a tunnel to a pod, the wait for its turn included; takes the place of `CONNECT_TIMEOUT`',
  ),
  tunnelPing: setting(
    'TUNNEL_PING',
    '20s',
    duration('5s', '10m'),
    'Silence after which the API server is asked for a sign of life of a tunnel; one without any for three times as long ends',
  ),
} as const;

/** In tunnel mode only this machine is served, unless the addresses are set. */
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
