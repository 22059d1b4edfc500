import { type AnswerReason, REASONS } from '../boundary/reasons.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { Grant } from './grant.ts';
import type { Refusal } from './guards/guard.ts';
import type { Route } from './route.ts';

/** What podway does with a request. It depends only on the head and the table. */
export type Decision = Settled | Authenticate;

/** A decision for which no service has to be asked. */
export type Settled = Forward | Answer | Hangup;

export interface Forward {
  readonly kind: 'forward';
  readonly route: Route;
  readonly grant: Grant;
  /** The protocol to request, in which the connection becomes a tunnel; '' for HTTP. */
  readonly upgrade: string;
  /** The pod may see the key, because its namespace has accepted it. */
  readonly showKey: boolean;
  /** This instance and route, for X-Podway-Hops. */
  readonly hop: string;
  /** Maximum size of the body, in bytes; 0 = no limit. */
  readonly maxBody: number;
}

/** podway itself answers. */
export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly reason: AnswerReason;
  /** podway closes the connection, because it cannot trust the bytes that follow. */
  readonly close: boolean;
  readonly route?: Route;
  readonly location?: string;
  /** Further field lines, each with its CRLF. */
  readonly fields?: string;
}

/** podway closes the connection without an answer, because no pod declares the host (k8s-router's 444). */
export interface Hangup {
  readonly kind: 'hangup';
  readonly reason: 'unknown-host';
}

/** A service of the operator must allow the request first. */
export interface Authenticate {
  readonly kind: 'authenticate';
  readonly route: Route;
  readonly service: string;
  readonly hop: string;
  /** The decision after the service's response; undefined: podway passes the response on to the client. */
  answered(isAllowed: boolean): Settled | undefined;
}

/** The reasons whose status is always the same. */
type PlainReason = Exclude<AnswerReason, 'unknown-host' | 'redirect' | 'route-redirect'>;

/** An answer to a request without a route. */
export function answer(reason: PlainReason): Answer {
  const { status, close } = REASONS[reason];
  return { kind: 'answer', status, reason, close };
}

export function routeAnswer(reason: PlainReason, route: Route): Answer {
  const { status, close } = REASONS[reason];
  return { kind: 'answer', status, reason, close, route };
}

export function refused({ reason, fields, location, status }: Refusal, route: Route): Answer {
  if (reason === 'route-redirect') {
    const { close } = REASONS[reason];
    return { kind: 'answer', status: status ?? 302, reason, close, route, location: location ?? '/' };
  }
  const answered = routeAnswer(reason, route);
  if (fields === undefined && location === undefined) return answered;
  return {
    ...answered,
    ...(location !== undefined && { location }),
    ...(fields !== undefined && { fields }),
  };
}

export function unknownHost(setting: '404' | '421'): Answer {
  const { status, close } = REASONS['unknown-host'];
  return { kind: 'answer', status: status[setting], reason: 'unknown-host', close };
}

/**
 * A redirect with a relative Location, so that podway need not guess the scheme and port of a balancer in front. 308
 * keeps method and body.
 */
export function redirect(head: RequestHead, route: Route): Answer {
  const { status, close } = REASONS.redirect;
  const safe = head.method === 'GET' || head.method === 'HEAD';
  return {
    kind: 'answer',
    status: safe ? status.get : status.other,
    reason: 'redirect',
    close,
    route,
    location: route.path + head.query,
  };
}
