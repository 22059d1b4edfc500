import type { WorkerSettings } from '../boundary/settings.ts';
import { localRules } from './local.ts';
import type { Machine } from './machine.ts';
import { operatorConnections } from './operator.ts';
import type { Config } from './table.ts';
import { workerCount, workerHeap } from './thread-budget.ts';

/** Milliseconds that podway waits for a client within a body before REQUEST_BODY_RATE applies. */
const BODY_GRACE = 20_000;

/** Milliseconds after TUNNEL_CONNECT_TIMEOUT in which a tunnel can report the reason of its timeout itself. */
const TUNNEL_GRACE = 1_000;

/** Settings that a worker gets unchanged. */
const AS_THEY_ARE = [
  'address',
  'port',
  'pathMatch',
  'unknownHost',
  'healthPath',
  'apiKeyHeader',
  'forwardApiKey',
  'upgrades',
  'decomposeQueryargs',
  'dropHeaders',
  'trustedProxies',
  'proxyProtocol',
  'upstreamCaFile',
  'upstreamStreams',
  'accessLog',
  'podMetrics',
  'traces',
  'traceSampling',
  'maxRequestLine',
  'maxRequestHead',
  'maxRequestFields',
  'clientMaxBodySize',
  'requestBodyRate',
  'collectRequest',
  'maxResponseHead',
  'maxResponseFields',
  'maxInterimResponses',
  'proxyBufferSize',
  'proxyBufferMemory',
  'upstreamIdleConnections',
  'upstreamRetries',
  'http2',
  'http2Plain',
  'http2Streams',
  'http2StreamWindow',
  'http2ConnectionWindow',
  'http2Resets',
  'http2Invalid',
  'maxConnectionAge',
  'requestMemory',
  'maxConnectionsShare',
  'maxInFlightShare',
  'shedAtHeap',
  'refuseAtHeap',
  'shedAtLag',
  'requestHeadTimeout',
  'keepaliveTimeout',
  'clientIdleTimeout',
  'podAccess',
  'tunnelConnectTimeout',
  'tunnelPing',
  'responseHeadTimeout',
  'upstreamIdleTimeout',
  'upstreamKeepaliveTimeout',
  'tunnelIdleTimeout',
  'lingerTimeout',
  'halfCloseTimeout',
  'drainTimeout',
  'drainCloseCode',
  'ejectionTime',
  'ejectionMaxTime',
  'auths',
  'rateClients',
  'rateIpv6Prefix',
  'httpsRedirect',
  'httpsRedirectPort',
  'hsts',
  'clientCertificates',
  'tlsPort',
  'tlsMinVersion',
  'tlsCiphers',
  'tlsHandshakeTimeout',
  'tlsHandshakes',
  'tlsContexts',
  'tlsSessionTimeout',
] as const satisfies readonly (keyof Config & keyof WorkerSettings)[];

/**
 * The settings with which podway starts a worker. `instance` names the process. `clientCa` has the authorities of CLIENT_CA_FILE;
 * they may change, and a new worker gets the current ones.
 */
export function workerSettings(
  config: Config,
  machine: Machine,
  instance: string,
  clientCa: { readonly pem: string } = { pem: '' },
): WorkerSettings {
  const workers = workerCount(config, machine);
  const maxConnections = Math.max(MIN_CONNECTIONS, shareOf(clientConnections(config, machine), workers));
  return {
    ...taken(config, AS_THEY_ARE),
    ...localRules(config),
    maxConnections,
    maxTunnels: shareOf(config.maxTunnels, workers),
    tunnelOpensPerSecond: config.tunnelOpensPerSecond / workers,
    connectTimeout:
      config.podAccess === 'tunnel' ? config.tunnelConnectTimeout + TUNNEL_GRACE : config.connectTimeout,
    maxInFlight: config.maxInFlight === 'auto' ? maxConnections : shareOf(config.maxInFlight, workers),
    zone: config.zonePreference ? config.zone : '',
    authInFlight: shareOf(config.authInFlight, workers),
    ownAnswers: Math.ceil(config.ownAnswers / workers),
    traceSpansPerSecond: shareOf(config.traceSpansPerSecond, workers),
    workers,
    instance,
    get clientCa() {
      return clientCa.pem;
    },
    heap: workerHeap(config, machine),
    reusePort: workers > 1,
    listeners: listenersOf(workers, machine),
    bodyGrace: BODY_GRACE,
  };
}

function taken<K extends keyof Config>(config: Config, keys: readonly K[]): Pick<Config, K> {
  return Object.fromEntries(keys.map((key) => [key, config[key]])) as Pick<Config, K>;
}

/** A worker's share of a limit of the whole process. */
function shareOf(total: number, workers: number): number {
  return Math.max(1, Math.floor(total / workers));
}

/** Of a worker: with fewer it would refuse every WebSocket over HTTP/2, which counts besides its connection. */
const MIN_CONNECTIONS = 2;
/** Descriptors that client connections cannot use: for logs, libuv, streams of the API server, and admin clients. */
const RESERVED_FILES = 128;
const MAX_DEFAULT_CONNECTIONS = 65_536;

/** Maximum number of client connections. A proxied request needs two descriptors: the client's and the pod's. */
function clientConnections(config: Config, machine: Machine): number {
  if (config.maxConnections !== 'auto') return config.maxConnections;
  const workers = workerCount(config, machine);
  const ports = config.tlsPort === 'none' ? 1 : 2;
  const own = RESERVED_FILES + operatorConnections(config) + workers * listenersOf(workers, machine) * ports;
  return Math.min(MAX_DEFAULT_CONNECTIONS, Math.max(1, Math.floor((machine.openFiles - own) / 2)));
}

const MAX_LISTENERS = 32;

/** Number of listeners of one worker for one port. All listeners for a port together use at most one of 32 descriptors. */
function listenersOf(workers: number, { openFiles, sharesPorts }: Machine): number {
  return !sharesPorts ? 1 : Math.max(1, Math.min(MAX_LISTENERS, Math.floor(openFiles / 32 / workers)));
}
