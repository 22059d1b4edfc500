import type { AuthService } from './auth-service.ts';

/**
 * Settings of a data-plane worker as plain values (sizes in bytes, times in milliseconds). A field that comes from an
 * environment variable has its name: `clientIdleTimeout` is CLIENT_IDLE_TIMEOUT, and the table of settings explains it.
 * Comments here only say what differs for one worker, and describe fields that no variable sets.
 */
export interface WorkerSettings {
  /** Number of workers of this process. */
  readonly workers: number;
  /** Random name of this process, which identifies it in the hops of a request. */
  readonly instance: string;
  /** Maximum bytes of the JavaScript heap, without the young generation. */
  readonly heap: number;

  readonly address: string;
  readonly port: number;
  /** Several workers share the port. Not every platform supports this, so podway sets it only if there are several. */
  readonly reusePort: boolean;
  /** Listening sockets of one worker; 1 if workers cannot share a port. */
  readonly listeners: number;

  readonly pathMatch: 'segment' | 'prefix';
  readonly unknownHost: 'close' | '404' | '421';
  /** In lower case, with its dot; empty if hosts answer under their own names only. */
  readonly hostSuffix: string;
  /** Origins that are allowed besides those of routed hosts; `any` turns the check off. */
  readonly allowedOrigins: readonly string[] | 'any';
  /** Empty if there is no health check on the routed port. */
  readonly healthPath: string;
  /** In lower case. */
  readonly apiKeyHeader: string;
  readonly forwardApiKey: boolean;
  /** In lower case. */
  readonly upgrades: readonly string[];
  readonly decomposeQueryargs: 'off' | 'on';
  /** In lower case. */
  readonly dropHeaders: readonly string[];
  /** Addresses or CIDRs. */
  readonly trustedProxies: readonly string[];
  readonly proxyProtocol: 'off' | 'require';
  readonly upstreamStreams: number;
  /** Empty for the authorities that Node trusts. */
  readonly upstreamCaFile: string;
  readonly accessLog: 'off' | 'json' | 'combined';
  readonly podMetrics: 'off' | 'errors' | 'latency';
  readonly traces: 'off' | 'otlp';
  /** From 0 to 1: the part of those requests that continue no trace. */
  readonly traceSampling: number;
  /** Own answers that podway remembers: this worker's share; 0 = none. */
  readonly ownAnswers: number;
  /** This worker's share. */
  readonly traceSpansPerSecond: number;

  readonly maxRequestLine: number;
  readonly maxRequestHead: number;
  readonly maxRequestFields: number;
  /** 0 = no limit. */
  readonly clientMaxBodySize: number;
  /** Bytes per second; 0 = no minimum. */
  readonly requestBodyRate: number;
  /** Time for which podway waits for a client regardless of the rate of its body. */
  readonly bodyGrace: number;
  /** 0 = podway streams all bodies. */
  readonly collectRequest: number;
  readonly maxResponseHead: number;
  readonly maxResponseFields: number;
  readonly maxInterimResponses: number;
  readonly proxyBufferSize: number;
  readonly proxyBufferMemory: number;
  /** Maximum number of idle connections for each pod port; 0 = none. */
  readonly upstreamIdleConnections: number;
  /** Maximum number of other pods to try after the first one. */
  readonly upstreamRetries: number;

  /** HTTP/2 for clients that connect with TLS. */
  readonly http2: boolean;
  /** HTTP/2 with prior knowledge on the port for routed requests. */
  readonly http2Plain: boolean;
  readonly http2Streams: number;
  readonly http2StreamWindow: number;
  readonly http2ConnectionWindow: number;
  readonly http2Resets: { readonly burst: number; readonly perSecond: number };
  readonly http2Invalid: number;
  /** 0 = no limit. */
  readonly maxConnectionAge: number;

  /** This worker's share. */
  readonly maxConnections: number;
  /** Percent of `maxConnections`, and of `tlsHandshakes`. */
  readonly maxConnectionsShare: number;
  /** This worker's share. Tunnels do not count; `maxConnections` limits them. */
  readonly maxInFlight: number;
  /** Percent of `maxInFlight`. */
  readonly maxInFlightShare: number;
  readonly requestMemory: number;
  /** Percent of `heap`. */
  readonly shedAtHeap: number;
  /** Percent of `heap`. */
  readonly refuseAtHeap: number;
  readonly shedAtLag: number;

  readonly requestHeadTimeout: number;
  readonly keepaliveTimeout: number;
  readonly clientIdleTimeout: number;
  readonly connectTimeout: number;
  readonly responseHeadTimeout: number;
  readonly upstreamIdleTimeout: number;
  /** 0 = podway keeps no idle connection. */
  readonly upstreamKeepaliveTimeout: number;
  readonly tunnelIdleTimeout: number;
  readonly lingerTimeout: number;
  readonly halfCloseTimeout: number;
  readonly drainTimeout: number;
  /**
   * Code of the Close frame that podway sends on a WebSocket during a drain (RFC 6455 section 7.4); `none`: it sends
   * none.
   */
  readonly drainCloseCode: '1001' | '1012' | 'none';

  /** First ejection time; doubles with every failure in a row. */
  readonly ejectionTime: number;
  readonly ejectionMaxTime: number;

  /** Zone whose pods podway prefers; empty if it prefers none. */
  readonly zone: string;

  readonly auths: readonly AuthService[];
  /** This worker's share. */
  readonly authInFlight: number;
  readonly rateClients: number;
  readonly rateIpv6Prefix: number;

  readonly httpsRedirect: 'false' | 'true' | 'all';
  readonly httpsRedirectPort: number;
  /** Value of Strict-Transport-Security; empty if podway does not send the field. */
  readonly hsts: string;

  readonly clientCertificates: 'off' | 'request' | 'require';
  /** PEM; empty if there is none: then podway requests no certificates of clients. */
  readonly clientCa: string;
  readonly tlsPort: number | 'none';
  readonly tlsMinVersion: '1.2' | '1.3';
  /** In OpenSSL's format. */
  readonly tlsCiphers: string;
  readonly tlsHandshakeTimeout: number;
  /** Maximum number of handshakes in progress. */
  readonly tlsHandshakes: number;
  readonly tlsSessionTimeout: number;
  /** Maximum number of certificates kept ready. */
  readonly tlsContexts: number;
  readonly podAccess: 'direct' | 'tunnel';
  /** This worker's share. */
  readonly maxTunnels: number;
  /** This worker's share; it may be a fraction. */
  readonly tunnelOpensPerSecond: number;
  readonly tunnelConnectTimeout: number;
  readonly tunnelPing: number;
}
