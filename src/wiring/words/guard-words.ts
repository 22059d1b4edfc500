import type { Cors } from './cors-policy.ts';
import type { Conditions } from './conditions.ts';

/** What words demand of requests before their pod is a candidate. Sizes in bytes. */
export interface GuardWords {
  /** The service of the operator that lets requests in. */
  readonly auth?: string;
  /** Clients have to come by TLS. */
  readonly https?: boolean;
  /** Where requests are sent instead of a pod. */
  readonly redirect?: Redirect;
  /** `address/bits`: clients that may ask; undefined: all. */
  readonly allow?: readonly string[];
  /** Those that may not. */
  readonly deny?: readonly string[];
  /** Pages of which origins may use the route. */
  readonly cors?: Cors;
  /** In place of the route's path: '' or a path without a slash at its end. */
  readonly prefix?: string;
  /** Microseconds from one request to the next. */
  readonly rateInterval?: number;
  /** Requests that pass at once. */
  readonly rateBurst?: number;
  /** Who is counted; `ip` without it. */
  readonly rateBy?: 'ip' | 'key' | 'route';
  /** In upper case; GET is never without HEAD. */
  readonly methods?: readonly string[];
  /** No demand: other requests are not refused but go elsewhere (see routing/conditions.ts). */
  readonly conditions?: Conditions;
  /** Longest body of a request. */
  readonly maxBody?: number;
}

export interface Redirect {
  readonly status: number;
  /** Scheme, host and port; '': the request's own. */
  readonly origin: string;
  readonly path: string;
  /** Query and fragment; '' unless it is whole. */
  readonly after: string;
  /** Nothing of the request is appended. */
  readonly isWhole: boolean;
}
