import type { AuthService } from './auth-service.ts';

/**
 * What a worker of the data plane is started with, as plain values (sizes in bytes, times in milliseconds). A field that
 * comes from an environment variable has its name: `clientIdleTimeout` is CLIENT_IDLE_TIMEOUT, whose meaning is in the
 * table of settings. What is said here is only what is different for one worker, and what no variable sets.
 */
export interface WorkerSettings {
  /** Workers of this process. */
  readonly workers: number;
  /** Random, of this process: names it in the hops of a request. */
  readonly instance: string;
  /** Bytes of JavaScript heap, the young generation aside. */
  readonly heap: number;

  readonly address: string;
  readonly port: number;
  /** Several workers share the port; not every platform has it, so it is asked for only then. */
  readonly reusePort: boolean;
  /** Listening sockets of one worker; 1 where they cannot share a port. */
  readonly listeners: number;

  readonly pathMatch: 'segment' | 'prefix';
  readonly unknownHost: 'close' | '404' | '421';
  /** Lower case, with its dot; empty: hosts answer under their own names only. */
  readonly hostSuffix: string;
  /** Besides those of routed hosts; `any`: it is not checked. */
  readonly allowedOrigins: readonly string[] | 'any';
  /** Empty: there is no health check on the routed port. */
  readonly healthPath: string;
  /** Lower case, as matched on the wire. */
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
  /** Empty: the authorities that Node trusts. */
  readonly upstreamCaFile: string;
  readonly accessLog: 'off' | 'json' | 'combined';
  readonly podMetrics: 'off' | 'errors' | 'latency';
  readonly traces: 'off' | 'otlp';
  /** From 0 to 1: of the requests that continue no trace. */
  readonly traceSampling: number;
  /** Answers of the router's own that are remembered: this worker's share; 0 = none. */
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
  /** For which podway waits for a client at any rate of its body. */
  readonly bodyGrace: number;
  /** 0 = all bodies are streamed. */
  readonly collectRequest: number;
  readonly maxResponseHead: number;
  readonly maxResponseFields: number;
  readonly maxInterimResponses: number;
  readonly proxyBufferSize: number;
  readonly proxyBufferMemory: number;
  /** Idle connections kept for each pod port; 0 = none. */
  readonly upstreamIdleConnections: number;
  /** Other pods tried after the first one. */
  readonly upstreamRetries: number;

  /** HTTP/2 for clients that come by TLS. */
  readonly http2: boolean;
  /** HTTP/2 by prior knowledge on the port for routed requests. */
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
  /** This worker's share. Tunnels are not counted, `maxConnections` bounds them. */
  readonly maxInFlight: number;
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
  /** 0 = no idle connection is kept. */
  readonly upstreamKeepaliveTimeout: number;
  readonly tunnelIdleTimeout: number;
  readonly lingerTimeout: number;
  readonly halfCloseTimeout: number;
  readonly drainTimeout: number;
  /** Of the Close frame that ends a WebSocket then (RFC 6455 section 7.4); `none`: podway sends none. */
  readonly drainCloseCode: '1001' | '1012' | 'none';

  /** The first one; doubles with every failure in a row. */
  readonly ejectionTime: number;
  readonly ejectionMaxTime: number;

  /** Where pods are preferred; empty: nowhere. */
  readonly zone: string;

  readonly auths: readonly AuthService[];
  /** This worker's share. */
  readonly authInFlight: number;
  readonly rateClients: number;
  readonly rateIpv6Prefix: number;

  readonly httpsRedirect: 'false' | 'true' | 'all';
  readonly httpsRedirectPort: number;
  /** A field's value; empty: there is none. */
  readonly hsts: string;

  readonly clientCertificates: 'off' | 'request' | 'require';
  /** PEM; empty: there is none, and clients are not asked. */
  readonly clientCa: string;
  readonly tlsPort: number | 'none';
  readonly tlsMinVersion: '1.2' | '1.3';
  /** As OpenSSL takes it. */
  readonly tlsCiphers: string;
  readonly tlsHandshakeTimeout: number;
  /** Handshakes under way. */
  readonly tlsHandshakes: number;
  readonly tlsSessionTimeout: number;
  /** Certificates kept ready. */
  readonly tlsContexts: number;
  readonly podAccess: 'direct' | 'tunnel';
  /** This worker's share. */
  readonly maxTunnels: number;
  /** This worker's share; it may be a fraction. */
  readonly tunnelOpensPerSecond: number;
  readonly tunnelConnectTimeout: number;
  readonly tunnelPing: number;
}
