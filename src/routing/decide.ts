import { type AnswerReason, REASONS } from '../boundary/reasons.ts';
import type { WorkerSettings } from '../boundary/settings.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { goesRound } from '../http1/hops.ts';
import { askedProtocol, mayUpgrade } from '../http1/upgrade.ts';
import { authorise, type KeyEffects } from './authorise.ts';
import type { Grant } from './grant.ts';
import { match } from './match.ts';
import type { Route } from './route.ts';
import type { RouteTable } from './table.ts';
import { requestHost } from '../wiring/host.ts';
import { pathViews } from '../wiring/path.ts';

/** The effects of a decision that is carried out. */
export { COUNTED } from './authorise.ts';

/** What is to be done with a request, known from its head and the table alone. */
export type Decision = Forward | Answer | Hangup;

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
}

/** Close without a byte: a host nobody here speaks for (k8s-router's 444). */
export interface Hangup {
  readonly kind: 'hangup';
  readonly reason: 'unknown-host';
}

/** Those whose status is always the same. */
type PlainReason = Exclude<AnswerReason, 'unknown-host' | 'redirect'>;

export type DecideSettings = Pick<
  WorkerSettings,
  'unknownHost' | 'instance' | 'forwardApiKey' | 'upgrades' | 'clientMaxBodySize'
>;

const HANGUP: Hangup = { kind: 'hangup', reason: 'unknown-host' };
const NOT_SYNCED = answer('not-synced');
const METHOD_REFUSED = answer('method-refused');
const BAD_HOST = answer('bad-host');
const HOST_MISMATCH = answer('host-mismatch');
const OPTIONS = answer('options');
const BAD_PATH = answer('bad-path');
const AMBIGUOUS = answer('ambiguous-path');
const NO_ROUTE = answer('no-route');
const UNKNOWN_HOST = { 404: unknownHost('404'), 421: unknownHost('421') };

/**
 * Host, path, key, then everything else: who may not pass learns nothing about limits or pods. Each step has reasons of its
 * own (see decision-steps.ts), so that the reason of a decision says how far the request came: a list of steps that are
 * called would cost more than some of them. `explain` decides here, too, with effects that leave no trace.
 */
export function decide(
  head: RequestHead,
  table: RouteTable,
  settings: DecideSettings,
  effects: KeyEffects,
): Decision {
  // A tunnel to anywhere and an echo of the head are not a router's business (RFC 9110 sections 9.3.6 and 9.3.8).
  if (head.form === 'authority' || head.method === 'TRACE') return METHOD_REFUSED;
  if (!table.synced) return NOT_SYNCED;
  const name = head.hasHost ? requestHost(head.host) : '';
  if (name === undefined) return BAD_HOST;
  if (head.form === 'absolute' && !agreesWithFields(head)) return HOST_MISMATCH;
  const host = table.host(name);
  if (host === undefined)
    return settings.unknownHost === 'close' ? HANGUP : UNKNOWN_HOST[settings.unknownHost];
  if (head.form === 'asterisk') return OPTIONS;
  const views = pathViews(head.path);
  if (views === undefined) return BAD_PATH;
  const matched = match(host, views);
  if (matched === undefined) return NO_ROUTE;
  if (matched === 'ambiguous') return AMBIGUOUS;
  const route = matched.kind === 'route' ? matched : matched.route;
  const grant = authorise(route, table.keys, head, effects);
  // A namespace that was seen while Secrets cannot be: its pods wait, since it may have a key.
  if (grant === 'keys-unknown') return routeAnswer('keys-unknown', route);
  if (grant === 'denied') return routeAnswer('key-refused', route);
  if (matched.kind === 'redirect') return redirect(head, route);
  const decision = afterKey(head, route, grant, settings);
  return settings.forwardApiKey ? showingKey(decision, head, table) : decision;
}

/** All namespaces of a grant have accepted the presented key, or none of them has one: then it is not theirs to see. */
function showingKey(decision: Decision, head: RequestHead, table: RouteTable): Decision {
  if (decision.kind !== 'forward' || head.keyLines !== 1) return decision;
  const [first] = decision.grant.candidates;
  return first !== undefined && table.keys.has(first.namespace) ? { ...decision, showKey: true } : decision;
}

function afterKey(head: RequestHead, route: Route, grant: Grant, settings: DecideSettings): Decision {
  const hop = route.hopOf(settings.instance);
  if (head.hops !== '' && goesRound(head.hops, hop)) return routeAnswer('loop', route);
  if (head.expect === 'other') return routeAnswer('bad-expectation', route);
  const { clientMaxBodySize } = settings;
  if (clientMaxBodySize > 0 && head.contentLength > clientMaxBodySize) {
    return routeAnswer('body-too-large', route);
  }
  const upgrade = head.upgrade === '' ? '' : askedProtocol(head, settings.upgrades);
  if (upgrade !== '' && !mayUpgrade(head, upgrade)) {
    return routeAnswer('bad-upgrade', route);
  }
  if (grant.candidates.length === 0) {
    return routeAnswer('no-ready-pod', route);
  }
  return { kind: 'forward', route, grant, upgrade, showKey: false, hop };
}

/** Relative, so that neither scheme nor port of a balancer in front is guessed; 308 keeps method and body. */
function redirect(head: RequestHead, route: Route): Answer {
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

/**
 * RFC 9112 section 3.2.2 would let the absolute target win; two opinions about the host are refused instead, and so are two
 * about the scheme.
 */
function agreesWithFields({ authority, host, secure, forwardedProto }: RequestHead): boolean {
  const port = secure ? 443 : 80;
  const sameScheme = !secure || forwardedProto === '' || forwardedProto.toLowerCase() === 'https';
  return sameScheme && canonicalAuthority(authority, port) === canonicalAuthority(host, port);
}

function canonicalAuthority(authority: string, otherwise: number): string | undefined {
  const name = requestHost(authority);
  const port = /:(\d+)$/.exec(authority)?.[1] ?? otherwise;
  return name === undefined ? undefined : `${name}:${Number(port)}`;
}

/** Without a route. */
export function answer(reason: PlainReason): Answer {
  const { status, close } = REASONS[reason];
  return { kind: 'answer', status, reason, close };
}

function routeAnswer(reason: PlainReason, route: Route): Answer {
  const { status, close } = REASONS[reason];
  return { kind: 'answer', status, reason, close, route };
}

function unknownHost(setting: '404' | '421'): Answer {
  const { status, close } = REASONS['unknown-host'];
  return { kind: 'answer', status: status[setting], reason: 'unknown-host', close };
}
