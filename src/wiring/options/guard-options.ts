import type { Cors } from './cors-policy.ts';
import type { Conditions } from './conditions.ts';

/** Options that a request must satisfy before their pod is a candidate. */
export interface GuardOptions {
  /** Name of the operator's service that podway asks about every request (`AUTH_NAME_URL`). */
  readonly auth?: string;
  /** podway redirects requests without TLS to `https://`. */
  readonly https?: boolean;
  /** podway answers with this redirect; the pod gets no request. */
  readonly redirect?: Redirect;
  /** Blocks of client addresses that are admitted, as `address/bits`; undefined: all addresses. */
  readonly allow?: readonly string[];
  /** Blocks of client addresses that are refused, even if `allow` admits them. */
  readonly deny?: readonly string[];
  readonly cors?: Cors;
  /** The `prefix` of the endpoint options. */
  readonly prefix?: string;
  /** Microseconds from one request to the next at the maximum rate. */
  readonly rateInterval?: number;
  /** Number of requests that a client may send in a burst. */
  readonly rateBurst?: number;
  /** What counts as one client; default: `ip`. */
  readonly rateBy?: 'ip' | 'key' | 'route';
  /** Allowed methods, in upper case; a list with GET also has HEAD. */
  readonly methods?: readonly string[];
  /** podway does not refuse other requests, but sends them to other pods (see routing/conditions.ts). */
  readonly conditions?: Conditions;
  /** Maximum size of a request body, in bytes. */
  readonly maxBody?: number;
}

export interface Redirect {
  readonly status: number;
  /** Scheme, host and port; '': those of the request. */
  readonly origin: string;
  readonly path: string;
  /** Query and fragment; '' unless `isWhole`. */
  readonly after: string;
  /** podway appends neither the rest of the request's path nor its query. */
  readonly isWhole: boolean;
}
