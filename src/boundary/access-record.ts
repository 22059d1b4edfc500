import type { Reason } from './reasons.ts';
import type { TlsFacts } from './tls-facts.ts';
import type { ResponseRule } from './response-rules.ts';

/** Record of one exchange for the access log. Durations are in seconds, sizes in bytes of body. */
export interface AccessRecord {
  /** Start, in milliseconds since the epoch. */
  readonly time: number;
  readonly clientAddress: string;
  /** '' if the head could not be read: then target, host, protocol and all other fields of the request are empty. */
  readonly method: string;
  /** As received, unless `decomposed`. */
  readonly target: string;
  /** Value of Host as received. */
  readonly host: string;
  readonly protocol: '' | 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2.0';
  /** 499 if the client left first, 101 for a tunnel, 0 if podway closed the connection without an answer. */
  readonly status: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly duration: number;
  /** `ip:port` of the last pod tried, or ''. */
  readonly upstreamAddress: string;
  /** From the end of the request to the end of the response head; -1 if there was no response head. */
  readonly upstreamDuration: number;
  readonly attempts: number;
  /** The first eight attempts at most. */
  readonly tries: readonly AttemptRecord[];
  /** Host and path prefix of the route, or ''. */
  readonly route: string;
  readonly namespace: string;
  readonly pod: string;
  /** Why the router answered itself or ended the exchange early; '' if the client got the pod's answer. */
  readonly reason: Reason | '';
  /** The rule that the pod's response broke; '' if it broke none. */
  readonly detail: ResponseRule | '';
  /** X-Request-Id as the pod got it, and as the client got it with an answer of the router itself. */
  readonly requestId: string;
  /** Id of the trace that podway sent to the pod; absent if podway does not trace. */
  readonly traceId?: string | undefined;
  readonly referer: string;
  readonly userAgent: string;
  readonly tunnel: boolean;
  /** podway took the query of `target` from the path: see DECOMPOSE_QUERYARGS. */
  readonly decomposed: boolean;
  /** Undefined if the client did not connect to podway with TLS. */
  readonly tls?: TlsFacts | undefined;
}

/** One attempt at one pod, as the access log reports it. */
export interface AttemptRecord {
  readonly namespace: string;
  readonly pod: string;
  /** `ip:port`. */
  readonly address: string;
  /** Why it failed; '' if the client got the pod's answer. */
  readonly error: Reason | '';
  /** Start, in milliseconds since the epoch. */
  readonly time: number;
  /** Seconds. */
  readonly duration: number;
}
