/** What a data-plane worker needs to know, as plain values (sizes in bytes, times in milliseconds). */
export interface DataPlaneSettings {
  readonly address: string;
  readonly port: number;
  /** Several workers share the port; not every platform has it, so it is asked for only then. */
  readonly reusePort: boolean;
  /** Listening sockets of one worker; 1 where they cannot share a port. */
  readonly listeners: number;
  /** Bytes of JavaScript heap, the young generation aside. */
  readonly heap: number;
  readonly pathMatch: 'segment' | 'prefix';
  readonly unknownHost: 'close' | '404' | '421';
  /** Where balancers check; empty: nowhere. */
  readonly healthPath: string;
  /** Lower case, as matched on the wire. */
  readonly apiKeyHeader: string;
  /** Random, of this process: names it in the hops of a request. */
  readonly instance: string;
  readonly forwardApiKey: boolean;
  /** Protocols, in lower case, that a connection may switch to. */
  readonly upgrades: readonly string[];
  /** Fields of requests, in lower case, that no pod gets but from `trustedProxies`. */
  readonly dropHeaders: readonly string[];
  /** Addresses or CIDRs whose forwarded headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly accessLog: 'off' | 'json' | 'combined';
  /** What is counted of single pods. */
  readonly podMetrics: 'off' | 'errors' | 'latency';
  readonly limits: DataPlaneLimits;
  readonly timeouts: DataPlaneTimeouts;
  readonly ejection: EjectionSettings;
  readonly overload: OverloadLimits;
}

export interface DataPlaneLimits {
  /** Request line, 414 beyond. */
  readonly requestLine: number;
  /** Request head with its line, 431 beyond. */
  readonly requestHead: number;
  readonly requestFields: number;
  /** Request body, 413 beyond; 0 = none. */
  readonly requestBody: number;
  /** Bytes a second that a client has to send of a body while it is waited for; 0 = as it likes. */
  readonly bodyRate: number;
  /** Bodies up to this size are collected before a pod is asked; 0 = none. */
  readonly collectRequest: number;
  readonly responseHead: number;
  readonly responseFields: number;
  /** 1xx answers of one exchange, 502 beyond. */
  readonly interimResponses: number;
  /** Bytes one response may lie in memory ahead of its reader. */
  readonly bufferSize: number;
  /** The same for all responses of a worker together. */
  readonly bufferMemory: number;
  /** Client connections of one worker; more are accepted and closed at once. */
  readonly connections: number;
  /** Idle connections kept per pod port. */
  readonly upstreamIdle: number;
  /** Other pods tried after the first one. */
  readonly retries: number;
}

export interface DataPlaneTimeouts {
  readonly requestHead: number;
  readonly keepAlive: number;
  /** Between two reads of a request body, and between two writes a client accepts. */
  readonly downstreamIdle: number;
  /** For which a client may be waited for whatever the rate of its body. */
  readonly bodyGrace: number;
  readonly connect: number;
  readonly responseHead: number;
  /** Between two reads of a response body. */
  readonly upstreamIdle: number;
  /** Of an idle connection to a pod; 0: none is kept. */
  readonly upstreamKeepAlive: number;
  readonly tunnelIdle: number;
  /** How long a refused client may go on sending before its connection is destroyed. */
  readonly linger: number;
  /** A client that ends its side this soon after its request is half-closed and served; later it has left. */
  readonly halfClose: number;
  /** From the start of a drain to the end of every exchange and tunnel. */
  readonly drain: number;
}

export interface EjectionSettings {
  /** First time out; doubles with every failure in a row. */
  readonly time: number;
  readonly maxTime: number;
}

/** Of one worker. */
export interface OverloadLimits {
  /** Exchanges at the same time; tunnels are not counted, `connections` bounds them. */
  readonly inFlight: number;
  /** Bytes of requests that no pod has taken yet. */
  readonly requestMemory: number;
  /** Percent of the heap in use from which requests are refused, and from which connections are. */
  readonly heapShed: number;
  readonly heapRefuse: number;
  /** Milliseconds that the event loop may be late, turn after turn. */
  readonly lag: number;
}
