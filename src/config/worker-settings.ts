import type {
  DataPlaneLimits,
  DataPlaneSettings,
  DataPlaneTimeouts,
  OverloadLimits,
} from '../boundary/settings.ts';
import type { Machine } from './machine.ts';
import type { Config } from './table.ts';
import { workerCount, workerHeap } from './thread-budget.ts';

/** The settings one data-plane worker is started with; `instance` names the process. */
export function dataPlaneSettings(config: Config, machine: Machine, instance: string): DataPlaneSettings {
  const workers = workerCount(config, machine);
  const connections = shareOf(clientConnections(config, machine), workers);
  return {
    address: config.address,
    port: config.port,
    reusePort: workers > 1,
    listeners: listenersOf(workers, machine),
    heap: workerHeap(config, machine),
    pathMatch: config.pathMatch,
    unknownHost: config.unknownHost,
    healthPath: config.healthPath,
    apiKeyHeader: config.apiKeyHeader,
    instance,
    forwardApiKey: config.forwardApiKey,
    upgrades: config.upgrades,
    dropHeaders: config.dropHeaders,
    trustedProxies: config.trustedProxies,
    accessLog: config.accessLog,
    podMetrics: config.podMetrics,
    limits: limits(config, connections),
    timeouts: timeouts(config),
    ejection: { time: config.ejectionTime, maxTime: config.ejectionMaxTime },
    overload: overload(
      config,
      config.maxInFlight === 'auto' ? connections : shareOf(config.maxInFlight, workers),
    ),
  };
}

/** Of something for the whole process. */
function shareOf(total: number, workers: number): number {
  return Math.max(1, Math.floor(total / workers));
}

/** Log, libuv, the API server's streams, admin clients: descriptors that no client connection may take. */
const RESERVED_FILES = 128;
const MOST_BY_DEFAULT = 65_536;

/** A proxied request holds two descriptors: the client's and the pod's. */
function clientConnections(config: Config, machine: Machine): number {
  if (config.maxConnections !== 'auto') return config.maxConnections;
  const workers = workerCount(config, machine);
  const own = RESERVED_FILES + workers * listenersOf(workers, machine);
  return Math.min(MOST_BY_DEFAULT, Math.max(1, Math.floor((machine.openFiles - own) / 2)));
}

const MOST_LISTENERS = 32;

/** Of one worker: of all together at most every 32nd descriptor. */
function listenersOf(workers: number, { openFiles, sharesPorts }: Machine): number {
  return !sharesPorts ? 1 : Math.max(1, Math.min(MOST_LISTENERS, Math.floor(openFiles / 32 / workers)));
}

function limits(config: Config, connections: number): DataPlaneLimits {
  return {
    requestLine: config.maxRequestLine,
    requestHead: config.maxRequestHead,
    requestFields: config.maxRequestFields,
    requestBody: config.maxBodySize,
    bodyRate: config.requestBodyRate,
    collectRequest: config.collectRequest,
    responseHead: config.maxResponseHead,
    responseFields: config.maxResponseFields,
    interimResponses: config.maxInterimResponses,
    bufferSize: config.bufferSize,
    bufferMemory: config.bufferMemory,
    connections,
    upstreamIdle: config.upstreamIdleConnections,
    retries: config.upstreamRetries,
  };
}

function overload(config: Config, inFlight: number): OverloadLimits {
  return {
    inFlight,
    requestMemory: config.requestMemory,
    heapShed: config.shedAtHeap,
    heapRefuse: config.refuseAtHeap,
    lag: config.shedAtLag,
  };
}

/** Milliseconds for which a client is waited for in a body before its rate matters. */
const BODY_GRACE = 20_000;

function timeouts(config: Config): DataPlaneTimeouts {
  return {
    requestHead: config.requestHeadTimeout,
    keepAlive: config.keepAliveTimeout,
    downstreamIdle: config.clientIdleTimeout,
    bodyGrace: BODY_GRACE,
    connect: config.connectTimeout,
    responseHead: config.responseHeadTimeout,
    upstreamIdle: config.upstreamIdleTimeout,
    upstreamKeepAlive: config.upstreamKeepAliveTimeout,
    tunnelIdle: config.tunnelIdleTimeout,
    linger: config.lingerTimeout,
    halfClose: config.halfCloseTimeout,
    drain: config.drainTimeout,
  };
}
