import type { RouteName } from '../boundary/delta.ts';
import type { AnswerReason } from '../boundary/reasons.ts';
import type { Peer } from '../http1/forwarded-lines.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { requestHost } from '../wiring/host.ts';
import { type PathViews, pathViews } from '../wiring/path.ts';
import { meantPart } from './conditions.ts';
import { authorise, judgeKeys, type KeyVerdict, UNCOUNTED } from './authorise.ts';
import { decide, type Judging } from './decide.ts';
import type { Settled } from './decision.ts';
import { type StepName, type StepVerdict, verdictsOf } from './decision-steps.ts';
import { type ExplainedEndpoint, explainEndpoints } from './explain-endpoints.ts';
import type { HostRoutes } from './match.ts';
import { firstPeek } from './sticky.ts';
import type { Redirect, Route } from './route.ts';

/**
 * What one worker would do with a request now, and why: plain data, without any key. A list is empty if the request was
 * decided before the step that needs it.
 */
export interface Explanation {
  /** As they were taken; the last one decided. */
  readonly steps: readonly StepVerdict[];
  readonly outcome: Outcome;
  /** The service that would be asked before; the outcome is that of a request that it lets in. */
  readonly auth?: string;
  /** Hosts and wildcards that match the request's host; the first one serves it. */
  readonly hosts: readonly string[];
  readonly readings: readonly ExplainedReading[];
  /** Routes of that host whose path matches, the longest first: that serves the request, if its pods are for it. */
  readonly prefixes: readonly ExplainedPrefix[];
  readonly namespaces: readonly ExplainedNamespace[];
  readonly endpoints: readonly ExplainedEndpoint[];
}

export type Outcome =
  | {
      readonly kind: 'forward';
      readonly route: RouteName;
      readonly namespaces: readonly string[];
      readonly upgrade: string;
      readonly showKey: boolean;
      readonly hop: string;
    }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly reason: AnswerReason;
      readonly close: boolean;
      readonly route: RouteName | undefined;
      readonly location: string | undefined;
    }
  | { readonly kind: 'hangup'; readonly reason: AnswerReason };

/** A reading of the path by which a pod might go (see wiring/path.ts), and the prefix that it finds; '' for none. */
export interface ExplainedReading {
  readonly view: 'a' | 'b';
  readonly path: string;
  readonly finds: string;
}

export interface ExplainedPrefix {
  readonly path: string;
  /** `redirect`: the request is for the path without its slash. */
  readonly kind: 'route' | 'redirect';
  readonly namespaces: readonly string[];
}

/** A namespace that has pods on the route. */
export interface ExplainedNamespace {
  readonly namespace: string;
  readonly verdict: KeyVerdict;
  /** The request may go to its pods. */
  readonly isReached: boolean;
}

const NOT_REACHED = { hosts: [], readings: [], prefixes: [], namespaces: [], endpoints: [] };

export function explain(head: RequestHead, peer: Peer, judging: Omit<Judging, 'effects'>): Explanation {
  const { table, clock } = judging;
  const first = decide(head, peer, { ...judging, effects: UNCOUNTED });
  // With a service's consent there is always a decision.
  const decision = first.kind === 'authenticate' ? (first.answered(true) as Settled) : first;
  const steps = verdictsOf(decision);
  const auth = first.kind === 'authenticate' ? { auth: first.service } : {};
  const explained = { ...NOT_REACHED, ...auth, steps, outcome: outcomeOf(decision) };
  const isReached = (step: StepName) => steps.some((it) => it.step === step);
  const name = isReached('known-host') ? hostNameOf(head) : undefined;
  if (name === undefined) return explained;
  const hosts = table.hosts(name);
  const host = table.host(name);
  const views = isReached('path-syntax') ? pathViews(head.path) : undefined;
  if (host === undefined || views === undefined) return { ...explained, hosts };
  const fitting = host.fitting(views.a);
  const { route } = decision.kind === 'hangup' ? {} : decision;
  return {
    ...explained,
    hosts,
    readings: readingsOf(host, views),
    prefixes: fitting.map(prefixOf),
    ...(route !== undefined && isReached('key') ? explainRoute(route, { table, head, clock, decision }) : {}),
  };
}

interface Explained extends Pick<Judging, 'table' | 'clock'> {
  readonly head: RequestHead;
  readonly decision: Settled;
}

function explainRoute(
  route: Route,
  { table: { keys }, head, clock: { now }, decision }: Explained,
): Pick<Explanation, 'namespaces' | 'endpoints'> {
  const grant =
    decision.kind === 'forward'
      ? decision.grant
      : authorise(meantPart(route, head) ?? route, keys, head, UNCOUNTED);
  const reached = typeof grant === 'string' ? [] : grant.rotation.namespaces;
  const namespaces = judgeKeys(route, keys, head).map(({ namespace, verdict }) => {
    return { namespace, verdict, isReached: reached.includes(namespace) };
  });
  return {
    namespaces,
    endpoints:
      typeof grant === 'string'
        ? []
        : explainEndpoints(route, grant, { now, next: firstPeek(route, grant, head, now) }),
  };
}

export function outcomeOf(decision: Settled): Outcome {
  if (decision.kind === 'hangup') return { kind: 'hangup', reason: decision.reason };
  if (decision.kind === 'answer') {
    const { status, reason, close, location } = decision;
    return {
      kind: 'answer',
      status,
      reason,
      close,
      route: decision.route && routeNameOf(decision.route),
      location,
    };
  }
  const { grant, upgrade, showKey, hop } = decision;
  const { namespaces } = grant.rotation;
  return { kind: 'forward', route: routeNameOf(decision.route), namespaces, upgrade, showKey, hop };
}

function hostNameOf({ hasHost, host }: RequestHead): string | undefined {
  return hasHost ? requestHost(host) : '';
}

function readingsOf(host: HostRoutes, { a, b, more }: PathViews): readonly ExplainedReading[] {
  const inA = [a, ...(more?.a ?? [])].map((path) => {
    const found = host.findA(path);
    return { view: 'a' as const, path, finds: found === undefined ? '' : routeOf(found).path };
  });
  const inB = [b, ...(more?.b ?? [])].map((path) => {
    return { view: 'b' as const, path, finds: host.findB(path)?.pathB ?? '' };
  });
  return [...inA, ...inB];
}

function prefixOf(fitting: Route | Redirect): ExplainedPrefix {
  const { path, namespaces } = routeOf(fitting);
  return { path, kind: fitting.kind, namespaces };
}

function routeOf(found: Route | Redirect): Route {
  return found.kind === 'route' ? found : found.route;
}

function routeNameOf({ host, path }: Route): RouteName {
  return { host, path };
}
