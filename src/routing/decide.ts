import type { WorkerSettings } from '../boundary/settings.ts';
import type { Peer } from '../http1/forwarded-lines.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { goesRound } from '../http1/hops.ts';
import { requestedProtocol, mayUpgrade } from '../http1/upgrade.ts';
import { agreesWithFields } from './absolute-target.ts';
import { authorise, type KeyEffects, type Refused } from './authorise.ts';
import { isAllFull } from './capacity.ts';
import { clientAddress, type Trusted } from './client-address.ts';
import { meantPart } from './conditions.ts';
import {
  answer,
  type Decision,
  type Hangup,
  redirect,
  refused,
  routeAnswer,
  type Settled,
  unknownHost,
} from './decision.ts';
import { Grant } from './grant.ts';
import type { GuardedRequest, GuardSettings, Refusal } from './guards/guard.ts';
import { AFTER_KEY, BEFORE_KEY, LAST } from './guards/guards.ts';
import { askedAuth } from './guards/auth.ts';
import { passGuards } from './guards/pass-guards.ts';
import { preflightOf } from './guards/preflight.ts';
import { rateByAddress, rateByKey, type TakeRate } from './guards/rates.ts';
import { fallThrough } from './fall-through.ts';
import { match } from './match.ts';
import type { RateTable } from './rates/rate-table.ts';
import type { Redirect, Route } from './route.ts';
import type { RouteTable } from './table.ts';
import { requestHost } from '../wiring/host.ts';
import { pathViews } from '../wiring/path.ts';

/** The effects of a decision that is carried out. */
export { COUNTED } from './authorise.ts';

export type DecideSettings = Pick<
  WorkerSettings,
  'unknownHost' | 'instance' | 'forwardApiKey' | 'upgrades' | 'clientMaxBodySize'
> &
  GuardSettings;

/** The rates of clients, with a clock that all workers share. */
export interface Rates {
  readonly table: RateTable;
  /** Microseconds, monotonic. */
  now(): number;
}

/** What a worker decides by. */
export interface Judging {
  readonly table: RouteTable;
  readonly settings: DecideSettings;
  readonly effects: KeyEffects;
  readonly trusted: Trusted;
  readonly rates: Rates;
  /** `now`: milliseconds, monotonic. */
  readonly clock: { readonly now: number };
}

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
 * Host, path, guards and key, then everything else: who may not pass learns nothing about limits or pods. Each step has reasons of its
 * own (see decision-steps.ts), so that the reason of a decision says how far the request came: a list of steps that are
 * called would cost more than some of them. `explain` decides here, too, with effects that leave no trace.
 */
export function decide(head: RequestHead, peer: Peer, judging: Judging): Decision {
  const { table, settings } = judging;
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
  const longest = match(host, views);
  const matched = isForAll(longest) ? longest : fallThrough(host, views, head);
  if (matched === undefined) return NO_ROUTE;
  if (matched === 'ambiguous') return AMBIGUOUS;
  const route = matched.kind === 'route' ? matched : matched.route;
  const isGuarded = route.rotation.flavours !== undefined;
  const request = isGuarded ? guardedRequest(route, head, peer, judging) : undefined;
  const keyed = keyedGrant(route, head, judging, request);
  if (!(keyed instanceof Grant)) return refused(keyed, route);
  if (request === undefined) return afterGuarded(head, matched, keyed, judging);
  const auth = askedAuth(keyed);
  if (auth === undefined) return afterAuth(request, matched, keyed, judging);
  const hop = route.hopOf(settings.instance);
  // A service that is itself a pod behind `auth=` would be asked about every question that it is asked.
  if (head.hops !== '' && goesRound(head.hops, hop)) return routeAnswer('loop', route);
  const proceed = (grant: Grant) => afterAuth(request, matched, grant, judging);
  const answered = (isLet: boolean) =>
    isLet ? proceed(auth.whenLet) : auth.without && proceed(auth.without);
  return { kind: 'authenticate', route, service: auth.service, hop, answered };
}

/** What is decided of a guarded request whose key, and whose service of `auth=`, has let it in. */
function afterAuth(
  request: GuardedRequest,
  matched: Route | Redirect,
  keyed: Grant,
  judging: Judging,
): Settled {
  const { head, route } = request;
  const limited = passLimits(keyed, request, judging);
  if (!(limited instanceof Grant)) return refused(limited, route);
  if (isTooLong(head, judging.settings)) return routeAnswer('body-too-large', route);
  const grant = passGuards(limited, LAST, request);
  if (!(grant instanceof Grant)) return refused(grant, route);
  return afterGuarded(head, matched, grant, judging);
}

function isTooLong({ contentLength }: RequestHead, { clientMaxBodySize }: DecideSettings): boolean {
  return clientMaxBodySize > 0 && contentLength > clientMaxBodySize;
}

/** What is decided of a request that no guard and no key refuses. */
function afterGuarded(head: RequestHead, matched: Route | Redirect, grant: Grant, judging: Judging): Settled {
  const { table, settings } = judging;
  const route = matched.kind === 'route' ? matched : matched.route;
  if (isTooLong(head, settings)) return routeAnswer('body-too-large', route);
  if (matched.kind === 'redirect') return redirect(head, route);
  const decision = afterGuards(head, route, grant, settings);
  return settings.forwardApiKey ? showingKey(decision, head, table) : decision;
}

function passLimits(keyed: Grant, request: GuardedRequest, judging: Judging): Grant | Refusal {
  const tooFast = rateByKey(keyed, request, judging.table.keys, taking(judging));
  return tooFast ?? passGuards(keyed, AFTER_KEY, request);
}

function taking({ effects, rates }: Judging): TakeRate {
  return (who, limit) => effects.rate(rates.table, who, limit, rates.now());
}

/** No pod of what is matched is for some requests only: then nothing else can come of it. */
function isForAll(matched: ReturnType<typeof match>): boolean {
  if (matched === undefined || matched === 'ambiguous') return true;
  return !(matched.kind === 'route' ? matched : matched.route).rotation.isConditioned;
}

function guardedRequest(route: Route, head: RequestHead, peer: Peer, judging: Judging): GuardedRequest {
  const client = clientAddress(head, peer, judging.trusted);
  return { head, peer, client, route, settings: judging.settings, now: judging.clock.now };
}

/**
 * The part of the route that the request may reach by what is judged before keys, and by keys, or why there is none.
 *
 * @param request undefined: no pod of the route has guards
 */
function keyedGrant(
  route: Route,
  head: RequestHead,
  judging: Judging,
  request: GuardedRequest | undefined,
): Grant | Refusal {
  const { table, effects } = judging;
  if (request === undefined) return authorised(authorise(route, table.keys, head, effects));
  // That there is one, `decide` has made sure of.
  const meant = meantPart(route, head) ?? route;
  const part = passGuards(meant, BEFORE_KEY, request);
  if (!(part instanceof Grant)) return part;
  const early = rateByAddress(part, request, taking(judging)) ?? preflightOf(part, head);
  return early ?? authorised(authorise(part, table.keys, head, effects));
}

const KEYS_UNKNOWN: Refusal = { reason: 'keys-unknown' };
const KEY_REFUSED: Refusal = { reason: 'key-refused' };

function authorised(grant: Grant | Refused): Grant | Refusal {
  // A namespace that was seen while Secrets cannot be: its pods wait, since it may have a key.
  if (grant === 'keys-unknown') return KEYS_UNKNOWN;
  return grant === 'denied' ? KEY_REFUSED : grant;
}

/** All namespaces of a grant have accepted the presented key, or none of them has one: then it is not theirs to see. */
function showingKey(decision: Settled, head: RequestHead, table: RouteTable): Settled {
  if (decision.kind !== 'forward' || head.keyLines !== 1) return decision;
  const [first] = decision.grant.candidates;
  return first !== undefined && table.keys.has(first.namespace) ? { ...decision, showKey: true } : decision;
}

function afterGuards(head: RequestHead, route: Route, grant: Grant, settings: DecideSettings): Settled {
  const hop = route.hopOf(settings.instance);
  if (head.hops !== '' && goesRound(head.hops, hop)) return routeAnswer('loop', route);
  if (head.expect === 'other') return routeAnswer('bad-expectation', route);
  const upgrade = head.upgrade === '' ? '' : requestedProtocol(head, settings.upgrades);
  if (upgrade !== '' && !mayUpgrade(head, upgrade)) {
    return routeAnswer('bad-upgrade', route);
  }
  if (grant.candidates.length === 0) {
    return routeAnswer('no-ready-pod', route);
  }
  if (isAllFull(grant)) return routeAnswer('pods-full', route);
  const maxBody = longestBody(grant, settings.clientMaxBodySize);
  return { kind: 'forward', route, grant, upgrade, showKey: false, hop, maxBody };
}

/** A body of unknown length may come to each of the pods. */
function longestBody({ rotation }: Grant, ofAll: number): number {
  if (rotation.flavours === undefined) return ofAll;
  const limits = rotation.flavours.map(({ guards }) => guards?.maxBody ?? 0);
  return Math.min(...[ofAll, ...limits].filter((it) => it > 0), Number.MAX_SAFE_INTEGER);
}
