import { DROPPED_BY_DEFAULT } from '../../src/config/drop-headers.ts';
import type { OverloadLimits } from '../../src/proxy/overload.ts';
import type { DataPlaneLimits, DataPlaneSettings, DataPlaneTimeouts } from '../../src/proxy/settings.ts';

export interface SettingsOverrides
  extends Partial<Omit<DataPlaneSettings, 'limits' | 'timeouts' | 'overload'>> {
  readonly limits?: Partial<DataPlaneLimits>;
  readonly timeouts?: Partial<DataPlaneTimeouts>;
  readonly overload?: Partial<OverloadLimits>;
}

/**
 * The defaults of config.ts where a test does not care. Waits are shorter than in production, and far longer than any
 * test needs when all goes well: a test about a timeout sets that one short.
 */
export function dataPlaneSettings(overrides: SettingsOverrides = {}): DataPlaneSettings {
  const { limits, timeouts, overload, ...rest } = overrides;
  return {
    address: '127.0.0.1',
    port: 0,
    reusePort: false,
    listeners: process.platform === 'linux' ? 32 : 1,
    heap: 2 ** 30,
    pathMatch: 'segment',
    unknownHost: 'close',
    healthPath: '',
    apiKeyHeader: 'x-routing-api-key',
    instance: 'rig',
    forwardApiKey: false,
    upgrades: ['websocket'],
    dropHeaders: DROPPED_BY_DEFAULT.toLowerCase().split(','),
    trustedProxies: [],
    accessLog: 'off',
    podMetrics: 'latency',
    ejection: { time: 10_000, maxTime: 60_000 },
    ...rest,
    overload: {
      inFlight: 1000,
      requestMemory: 64 * 1024 * 1024,
      heapShed: 90,
      heapRefuse: 95,
      lag: 500,
      ...overload,
    },
    limits: {
      requestLine: 8 * 1024,
      requestHead: 32 * 1024,
      requestFields: 100,
      requestBody: 0,
      bodyRate: 500,
      collectRequest: 0,
      responseHead: 64 * 1024,
      responseFields: 256,
      interimResponses: 32,
      bufferSize: 1024 * 1024,
      bufferMemory: 16 * 1024 * 1024,
      connections: 1000,
      upstreamIdle: 64,
      retries: 2,
      ...limits,
    },
    timeouts: {
      requestHead: 5000,
      keepAlive: 5000,
      downstreamIdle: 5000,
      bodyGrace: 20_000,
      connect: 2000,
      responseHead: 5000,
      upstreamIdle: 5000,
      upstreamKeepAlive: 4000,
      tunnelIdle: 5000,
      linger: 1000,
      halfClose: 1000,
      drain: 1000,
      ...timeouts,
    },
  };
}
