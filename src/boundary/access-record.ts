import type { Reason } from './reasons.ts';
import type { TlsFacts } from './tls-facts.ts';
import type { ResponseRule } from './response-rules.ts';

/** What one exchange leaves behind in the access log. Durations in seconds, sizes in bytes of body. */
export interface AccessRecord {
  /** Start, in milliseconds since the epoch. */
  readonly time: number;
  readonly clientAddress: string;
  /** '' when the head could not be read: then target, host, protocol and all of the request's own is empty. */
  readonly method: string;
  /** Raw, as received, unless `decomposed`. */
  readonly target: string;
  /** Raw Host value. */
  readonly host: string;
  readonly protocol: '' | 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2.0';
  /** 499 when the client left first, 101 for a tunnel, 0 when the connection was closed without an answer. */
  readonly status: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly duration: number;
  /** `ip:port` of the last pod tried, or ''. */
  readonly upstreamAddress: string;
  /** Whole request sent to response head read; -1 when there was none. */
  readonly upstreamDuration: number;
  readonly attempts: number;
  /** Those attempts, the first eight at most. */
  readonly tries: readonly AttemptRecord[];
  /** Host and path prefix of the route, or ''. */
  readonly route: string;
  readonly namespace: string;
  readonly pod: string;
  /** Why the router answered itself or broke off; '' when the pod's answer went through. */
  readonly reason: Reason | '';
  /** The rule that the pod's response broke; '' when it broke none. */
  readonly detail: ResponseRule | '';
  /** What the pod got as X-Request-Id, and the client with an answer of the router's own. */
  readonly requestId: string;
  /** Of the trace that was sent to the pod; absent where podway does not trace. */
  readonly traceId?: string | undefined;
  readonly referer: string;
  readonly userAgent: string;
  readonly tunnel: boolean;
  /** The query of `target` came in the path: see DECOMPOSE_QUERYARGS. */
  readonly decomposed: boolean;
  /** Undefined: the client did not come by TLS of ours. */
  readonly tls?: TlsFacts | undefined;
}

/** One try at one pod, as the access log reports it. */
export interface AttemptRecord {
  readonly namespace: string;
  readonly pod: string;
  /** `ip:port`. */
  readonly address: string;
  /** Why it failed; '' when the pod's answer went through. */
  readonly error: Reason | '';
  /** When it began, in milliseconds since the epoch. */
  readonly time: number;
  /** Seconds. */
  readonly duration: number;
}
