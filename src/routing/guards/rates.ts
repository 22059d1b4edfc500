import type { Guards } from '../../wiring/options/pod-options.ts';
import type { NamespaceKeyrings } from '../authorise.ts';
import type { Grant } from '../grant.ts';
import { networkOf } from '../rates/network.ts';
import type { RateLimit } from '../rates/rate-table.ts';
import type { GuardedRequest, Refusal } from './guard.ts';

/** Counts one more request of `who`, or only checks. Returns the microseconds until it may pass; 0: now. */
export type TakeRate = (who: string, limit: RateLimit) => number;

/** `rate=` by address. It is checked before the key, so that it also limits guesses at keys. */
export function rateByAddress(grant: Grant, request: GuardedRequest, take: TakeRate): Refusal | undefined {
  const strictest = strictestOf(grant, ({ rateBy = 'ip' }) => rateBy === 'ip');
  if (strictest === undefined) return undefined;
  return refusalOf('rate-limited', take(`${routeOf(request)} ${addressOf(request)}`, limitOf(strictest)));
}

/** `rate=` by key or route, for requests that keys have allowed. */
export function rateByKey(
  grant: Grant,
  request: GuardedRequest,
  keys: NamespaceKeyrings,
  take: TakeRate,
): Refusal | undefined {
  const strictest = strictestOf(grant, ({ rateBy = 'ip' }) => rateBy !== 'ip');
  if (strictest === undefined) return undefined;
  const who = strictest.rateBy === 'route' ? '' : keyOf(grant, request, keys);
  return refusalOf('key-rate-limited', take(`${routeOf(request)} ${who}`, limitOf(strictest)));
}

/**
 * The lowest rate that an available pod declares: a rollout that changes the rate never gives clients the sum of both.
 */
function strictestOf({ rotation }: Grant, isMeant: (guards: Guards) => boolean): Guards | undefined {
  let strictest: Guards | undefined;
  for (const { guards, bit } of rotation.flavours ?? []) {
    if (guards?.rateInterval === undefined || (rotation.live & bit) === 0 || !isMeant(guards)) continue;
    if (strictest === undefined || isStricter(guards, strictest)) strictest = guards;
  }
  return strictest;
}

function isStricter(a: Guards, b: Guards): boolean {
  const [one, other] = [limitOf(a), limitOf(b)];
  return one.interval === other.interval ? one.burst < other.burst : one.interval > other.interval;
}

function limitOf({ rateInterval: interval = 1, rateBurst }: Guards): RateLimit {
  return { interval, burst: rateBurst ?? Math.max(1, Math.floor(1e6 / interval)) };
}

function routeOf({ route }: GuardedRequest): string {
  return `${route.host}${route.path}`;
}

/** Clients of a proxy that does not report them count as that proxy. */
function addressOf({ client, peer, settings }: GuardedRequest): string {
  return networkOf(client ?? peer.address, settings.rateIpv6Prefix);
}

/** An accepted key. If no key is required, a client could send another one with every request, so its address counts. */
function keyOf({ namespaces }: Grant, request: GuardedRequest, keys: NamespaceKeyrings): string {
  const isAccepted = namespaces.some((it) => keys.has(it)) && request.head.keyLines === 1;
  return isAccepted ? `key ${request.head.key}` : addressOf(request);
}

function refusalOf(reason: 'rate-limited' | 'key-rate-limited', wait: number): Refusal | undefined {
  if (wait === 0) return undefined;
  return { reason, fields: `Retry-After: ${Math.max(1, Math.ceil(wait / 1e6))}\r\n` };
}
