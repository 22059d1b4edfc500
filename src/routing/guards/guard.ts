import type { AnswerReason } from '../../boundary/reasons.ts';
import type { WorkerSettings } from '../../boundary/settings.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import type { Guards } from '../../wiring/options/pod-options.ts';
import type { Route } from '../route.ts';

export type GuardSettings = Pick<WorkerSettings, 'httpsRedirectPort' | 'rateIpv6Prefix'>;

/** A request for a route with guarded pods. */
export interface GuardedRequest {
  readonly head: RequestHead;
  readonly peer: Peer;
  /** The address of the client; undefined: a trusted peer does not report it. */
  readonly client: string | undefined;
  readonly route: Route;
  readonly settings: GuardSettings;
  /** Milliseconds, monotonic. */
  readonly now: number;
}

/** Why a request is refused, and further content of the answer. */
export interface Refusal {
  readonly reason: Exclude<AnswerReason, 'unknown-host' | 'redirect'>;
  /** Field lines of the answer, each with its CRLF. */
  readonly fields?: string;
  /** The Location of a redirect, with `status`. */
  readonly location?: string;
  readonly status?: number;
}

/** Checks one guard of a pod; undefined: the request passes. It changes no state. */
export type Guard = (guards: Guards, request: GuardedRequest) => Refusal | undefined;
