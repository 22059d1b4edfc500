import type { WorkerSettings } from '../boundary/settings.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { goesRound } from '../http1/hops.ts';
import { askedProtocol, mayUpgrade } from '../http1/upgrade.ts';
import { authorise } from './authorise.ts';
import type { Grant } from './grant.ts';
import { match } from './match.ts';
import type { Route } from './route.ts';
import type { RouteTable } from './table.ts';
import { requestHost } from '../wiring/host.ts';
import { pathViews } from '../wiring/path.ts';

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

export type AnswerReason =
  | 'healthy'
  | 'draining'
  | 'not-synced'
  | 'method-refused'
  | 'bad-host'
  | 'host-mismatch'
  | 'unknown-host'
  | 'options'
  | 'bad-path'
  | 'ambiguous-path'
  | 'no-route'
  | 'key-refused'
  | 'keys-unknown'
  | 'redirect'
  | 'loop'
  | 'bad-expectation'
  | 'body-too-large'
  | 'bad-upgrade'
  | 'no-ready-pod';

export type DecideSettings = Pick<
  WorkerSettings,
  'unknownHost' | 'instance' | 'forwardApiKey' | 'upgrades' | 'clientMaxBodySize'
>;

const HANGUP: Hangup = { kind: 'hangup', reason: 'unknown-host' };
const NOT_SYNCED = refusal(503, 'not-synced', false);
const METHOD_REFUSED = refusal(405, 'method-refused', true);
const BAD_HOST = refusal(400, 'bad-host', true);
const HOST_MISMATCH = refusal(400, 'host-mismatch', true);
const OPTIONS = refusal(200, 'options', false);
const BAD_PATH = refusal(400, 'bad-path', true);
const AMBIGUOUS = refusal(400, 'ambiguous-path', true);
const NO_ROUTE = refusal(404, 'no-route', false);
const UNKNOWN_HOST = { 404: refusal(404, 'unknown-host', false), 421: refusal(421, 'unknown-host', false) };

/** Host, path, key, then everything else: who may not pass learns nothing about limits or pods. */
export function decide(head: RequestHead, table: RouteTable, settings: DecideSettings): Decision {
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
  const grant = authorise(route, table.keys, head.keyLines, head.key);
  // A namespace that was seen while Secrets cannot be: its pods wait, since it may have a key.
  if (grant === 'keys-unknown')
    return { kind: 'answer', status: 503, reason: 'keys-unknown', close: false, route };
  if (grant === 'denied') return { kind: 'answer', status: 403, reason: 'key-refused', close: false, route };
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
  if (head.hops !== '' && goesRound(head.hops, hop))
    return { kind: 'answer', status: 508, reason: 'loop', close: false, route };
  if (head.expect === 'other')
    return { kind: 'answer', status: 417, reason: 'bad-expectation', close: true, route };
  const { clientMaxBodySize } = settings;
  if (clientMaxBodySize > 0 && head.contentLength > clientMaxBodySize) {
    return { kind: 'answer', status: 413, reason: 'body-too-large', close: true, route };
  }
  const upgrade = head.upgrade === '' ? '' : askedProtocol(head, settings.upgrades);
  if (upgrade !== '' && !mayUpgrade(head, upgrade)) {
    return { kind: 'answer', status: 400, reason: 'bad-upgrade', close: true, route };
  }
  if (grant.candidates.length === 0) {
    return { kind: 'answer', status: 503, reason: 'no-ready-pod', close: false, route };
  }
  return { kind: 'forward', route, grant, upgrade, showKey: false, hop };
}

/** Relative, so that neither scheme nor port of a balancer in front is guessed; 308 keeps method and body. */
function redirect(head: RequestHead, route: Route): Answer {
  const status = head.method === 'GET' || head.method === 'HEAD' ? 301 : 308;
  return {
    kind: 'answer',
    status,
    reason: 'redirect',
    close: false,
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

function refusal(status: number, reason: AnswerReason, close: boolean): Answer {
  return { kind: 'answer', status, reason, close };
}
