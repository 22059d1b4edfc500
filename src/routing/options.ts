import type { ClientPatience, EndpointOptions, RouteOptions } from '../boundary/route-options.ts';
import type { DataPlaneSettings } from '../boundary/settings.ts';
import { type Balance, BALANCES } from './balance/balances.ts';
import { Interned } from './interned.ts';

/** A route's options at a worker, with the policy itself: no request looks it up by its name. */
export interface LiveRouteOptions extends Omit<RouteOptions, 'balance'> {
  readonly balance: Balance;
}

/** What a worker's settings say: for all that pods do not say themselves, and so far they say nothing. */
export interface DefaultOptions {
  readonly endpoint: EndpointOptions;
  readonly route: RouteOptions;
}

/**
 * The options of one worker: equal ones are one object.
 *
 * A delta that carries options will name them by numbers, as it does sets of endpoints: records that are new, numbers that
 * are gone, and a number with every endpoint and route. The worker keeps the numbers beside its sets (see rotations.ts) and
 * asks here once for every record. A whole table numbers everything anew, and still the objects stay the same: they are
 * found by what they say.
 */
export class Options {
  readonly #endpoint = new Interned((record: EndpointOptions) => record);
  readonly #route = new Interned(live);

  endpoint(record: EndpointOptions): EndpointOptions {
    return this.#endpoint.of(record);
  }

  route(record: RouteOptions): LiveRouteOptions {
    return this.#route.of(record);
  }
}

export function defaultOptions(settings: DataPlaneSettings): DefaultOptions {
  return { endpoint: defaultEndpointOptions(settings), route: defaultRouteOptions(settings) };
}

function defaultEndpointOptions(settings: DataPlaneSettings): EndpointOptions {
  const { timeouts, limits, ejection } = settings;
  return {
    ...patience(settings),
    connectTimeout: timeouts.connect,
    responseHeadTimeout: timeouts.responseHead,
    upstreamIdleTimeout: timeouts.upstreamIdle,
    tunnelIdleTimeout: timeouts.tunnelIdle,
    upstreamRetries: limits.retries,
    ejectionTime: ejection.time,
    ejectionMaxTime: ejection.maxTime,
  };
}

function defaultRouteOptions(settings: DataPlaneSettings): RouteOptions {
  return {
    ...patience(settings),
    balance: 'round-robin',
    collectRequest: settings.limits.collectRequest,
  };
}

function patience({ timeouts, limits }: DataPlaneSettings): ClientPatience {
  return {
    clientIdleTimeout: timeouts.downstreamIdle,
    requestBodyRate: limits.bodyRate,
    bodyGrace: timeouts.bodyGrace,
  };
}

function live(record: RouteOptions): LiveRouteOptions {
  return { ...record, balance: BALANCES[record.balance] };
}
