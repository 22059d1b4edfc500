import type { WorkerSettings } from '../boundary/settings.ts';
import type { Peer } from '../http1/forwarded-lines.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { isLoop } from '../http1/hops.ts';
import { requestedProtocol, mayUpgrade } from '../http1/upgrade.ts';
import { agreesWithFields } from './absolute-target.ts';
import { authorise, type KeyEffects, type Refused } from './authorise.ts';
import { isAllFull } from './capacity.ts';
import { clientAddress, type Trusted } from './client-address.ts';
import { partForRequest } from './conditions.ts';
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

/** The rate limits of clients, and a clock that all workers share. */
export interface Rates {
  readonly table: RateTable;
  /** Microseconds, monotonic. */
  now(): number;
}

/** What a decision depends on. */
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
 * Decides on a request: host, path, guards and key, then everything else, so a client without access learns nothing
 * about limits or pods. Each step has its own reasons (see decision-steps.ts), so the reason of a decision shows which
 * step made it. A list of functions, one for each step, would cost more than some of the steps. `explain` calls this
 * function, too, with effects that change no counter.
 */
export function decide(head: RequestHead, peer: Peer, judging: Judging): Decision {
  const { table, settings } = judging;
  // CONNECT requests a tunnel to any host, TRACE an echo of the head: podway provides neither (RFC 9110 sections 9.3.6
  // and 9.3.8).
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
  // If the service is itself a pod with `auth=`, each question to it would cause another question.
  if (head.hops !== '' && isLoop(head.hops, hop)) return routeAnswer('loop', route);
  const proceed = (grant: Grant) => afterAuth(request, matched, grant, judging);
  const answered = (isAllowed: boolean) =>
    isAllowed ? proceed(auth.whenAllowed) : auth.without && proceed(auth.without);
  return { kind: 'authenticate', route, service: auth.service, hop, answered };
}

/** Decides on a guarded request after its key, and the service of `auth=`, have allowed it. */
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

/** Decides on a request that no guard and no key refuses. */
function afterGuarded(head: RequestHead, matched: Route | Redirect, grant: Grant, judging: Judging): Settled {
  const { table, settings } = judging;
  const route = matched.kind === 'route' ? matched : matched.route;
  if (isTooLong(head, settings)) return routeAnswer('body-too-large', route);
  if (matched.kind === 'redirect') return redirect(head, route);
  const decision = afterGuards(head, route, grant, settings);
  return settings.forwardApiKey ? showingKey(decision, head, table) : decision;
}

function passLimits(keyed: Grant, request: GuardedRequest, judging: Judging): Grant | Refusal {
  const rateRefusal = rateByKey(keyed, request, judging.table.keys, takeRate(judging));
  return rateRefusal ?? passGuards(keyed, AFTER_KEY, request);
}

function takeRate({ effects, rates }: Judging): TakeRate {
  return (who, limit) => effects.rate(rates.table, who, limit, rates.now());
}

/** True when the matched route has no pods with conditions, so that no shorter path needs to be tried. */
function isForAll(matched: ReturnType<typeof match>): boolean {
  if (matched === undefined || matched === 'ambiguous') return true;
  return !(matched.kind === 'route' ? matched : matched.route).rotation.isConditioned;
}

function guardedRequest(route: Route, head: RequestHead, peer: Peer, judging: Judging): GuardedRequest {
  const client = clientAddress(head, peer, judging.trusted);
  return { head, peer, client, route, settings: judging.settings, now: judging.clock.now };
}

/**
 * The part of the route that the request may reach after the guards before keys, and after the keys; or the reason of
 * its refusal.
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
  // `decide` has made sure that there is one.
  const meant = partForRequest(route, head) ?? route;
  const part = passGuards(meant, BEFORE_KEY, request);
  if (!(part instanceof Grant)) return part;
  const early = rateByAddress(part, request, takeRate(judging)) ?? preflightOf(part, head);
  return early ?? authorised(authorise(part, table.keys, head, effects));
}

const KEYS_UNKNOWN: Refusal = { reason: 'keys-unknown' };
const KEY_REFUSED: Refusal = { reason: 'key-refused' };

function authorised(grant: Grant | Refused): Grant | Refusal {
  // The namespace was first seen while Secrets could not be read. It may have a key, so its pods wait.
  if (grant === 'keys-unknown') return KEYS_UNKNOWN;
  return grant === 'denied' ? KEY_REFUSED : grant;
}

/**
 * Shows the key to the pod if the pod's namespace has accepted it. Either all namespaces of a grant have accepted the
 * key, or they have no keys; then they must not see it.
 */
function showingKey(decision: Settled, head: RequestHead, table: RouteTable): Settled {
  if (decision.kind !== 'forward' || head.keyLines !== 1) return decision;
  const [first] = decision.grant.candidates;
  return first !== undefined && table.keys.has(first.namespace) ? { ...decision, showKey: true } : decision;
}

function afterGuards(head: RequestHead, route: Route, grant: Grant, settings: DecideSettings): Settled {
  const hop = route.hopOf(settings.instance);
  if (head.hops !== '' && isLoop(head.hops, hop)) return routeAnswer('loop', route);
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

/**
 * The maximum size of a body, in bytes. A body of unknown length may go to each of the pods, so the smallest limit
 * counts.
 */
function longestBody({ rotation }: Grant, ofAll: number): number {
  if (rotation.flavours === undefined) return ofAll;
  const limits = rotation.flavours.map(({ guards }) => guards?.maxBody ?? 0);
  return Math.min(...[ofAll, ...limits].filter((it) => it > 0), Number.MAX_SAFE_INTEGER);
}
