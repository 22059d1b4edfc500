import { type AnswerReason, REASONS } from '../boundary/reasons.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { Grant } from './grant.ts';
import type { Refusal } from './guards/guard.ts';
import type { Route } from './route.ts';

/** What is to be done with a request, known from its head and the table alone. */
export type Decision = Settled | Authenticate;

/** When no service has to be asked. */
export type Settled = Forward | Answer | Hangup;

export interface Forward {
  readonly kind: 'forward';
  readonly route: Route;
  readonly grant: Grant;
  /** The protocol to ask for, in which the connection becomes a tunnel; '' for HTTP. */
  readonly upgrade: string;
  /** The pod may see the key: its namespace is one of those that accepted it. */
  readonly showKey: boolean;
  /** This instance and route, for X-Podway-Hops. */
  readonly hop: string;
  /** Longest body that it may have, in bytes; 0 = no limit. */
  readonly maxBody: number;
}

/** The router answers itself. */
export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly reason: AnswerReason;
  /** The connection cannot go on: what follows on it is not trusted. */
  readonly close: boolean;
  readonly route?: Route;
  readonly location?: string;
  /** Further field lines, each with its CRLF. */
  readonly fields?: string;
}

/** Close without a byte: a host that no pod declares (k8s-router's 444). */
export interface Hangup {
  readonly kind: 'hangup';
  readonly reason: 'unknown-host';
}

/** A service of the operator has to let the request in first. */
export interface Authenticate {
  readonly kind: 'authenticate';
  readonly route: Route;
  readonly service: string;
  readonly hop: string;
  /** What becomes of the request by its answer; undefined: the answer is passed on. */
  answered(isLet: boolean): Settled | undefined;
}

/** Those whose status is always the same. */
type PlainReason = Exclude<AnswerReason, 'unknown-host' | 'redirect' | 'route-redirect'>;

/** Without a route. */
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

/** Relative, so that neither scheme nor port of a balancer in front is guessed; 308 keeps method and body. */
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
