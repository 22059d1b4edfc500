import type { RouteName } from '../boundary/delta.ts';
import type { ExplainedPrefix, ExplainedReading, Explanation, Outcome } from '../boundary/explanation.ts';
import type { Peer } from '../http1/forwarded-lines.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { requestHost } from '../wiring/host.ts';
import { type PathViews, pathViews } from '../wiring/path.ts';
import { partForRequest } from './conditions.ts';
import { authorise, judgeKeys, UNCOUNTED } from './authorise.ts';
import { decide, type Judging } from './decide.ts';
import type { Settled } from './decision.ts';
import { type StepName, verdictsOf } from './decision-steps.ts';
import { explainEndpoints } from './explain-endpoints.ts';
import { explainGuards } from './explain-guards.ts';
import type { HostRoutes } from './match.ts';
import { firstPeek } from './sticky.ts';
import type { Redirect, Route } from './route.ts';

const NOT_REACHED = { hosts: [], readings: [], prefixes: [], namespaces: [], guards: [], endpoints: [] };

export function explain(head: RequestHead, peer: Peer, judging: Omit<Judging, 'effects'>): Explanation {
  const { table, clock } = judging;
  const first = decide(head, peer, { ...judging, effects: UNCOUNTED });
  // If the service allows the request, there is always a decision.
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
    prefixes: prefixesOf(fitting, decision),
    ...(route !== undefined && { guards: explainGuards(route, head, peer, judging) }),
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
      : authorise(partForRequest(route, head) ?? route, keys, head, UNCOUNTED);
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

/** Explains the matching prefixes. The pods of those before the one that takes the request are for other requests. */
function prefixesOf(fitting: readonly (Route | Redirect)[], decision: Settled): readonly ExplainedPrefix[] {
  const { route } = decision.kind === 'hangup' ? {} : decision;
  const taken = fitting.findIndex((it) => routeOf(it) === route);
  const isAmbiguous = decision.kind === 'answer' && decision.reason === 'ambiguous-path';
  return fitting.map((found, at) => {
    const { path, namespaces } = routeOf(found);
    const after = taken >= 0 && at > taken ? 'shorter' : 'condition';
    return { path, kind: found.kind, namespaces, lost: isAmbiguous ? 'reading' : at === taken ? '' : after };
  });
}

function routeOf(found: Route | Redirect): Route {
  return found.kind === 'route' ? found : found.route;
}

function routeNameOf({ host, path }: Route): RouteName {
  return { host, path };
}
