import type { ClientTimeouts, EndpointOptions, RouteOptions } from '../boundary/route-options.ts';
import type { WorkerSettings } from '../boundary/settings.ts';
import type { Balance } from './balance/balance.ts';
import { BALANCES } from './balance/balances.ts';
import { type LiveEndpointOptions, liveEndpointOptions } from './live-endpoint-options.ts';
import { Interned } from './interned.ts';

/** The options of a route at a worker, with the balancing policy itself, so that no request looks it up by name. */
export interface LiveRouteOptions extends Omit<RouteOptions, 'balance'> {
  readonly balance: Balance;
}

/** The settings of a worker, for all options that pods do not declare. */
export interface DefaultOptions {
  readonly endpoint: EndpointOptions;
  readonly route: RouteOptions;
}

/**
 * The options of one worker. Equal options are one object.
 *
 * A delta carries the options of every endpoint. Structured clone keeps what was one object only within one message.
 */
export class Options {
  readonly #endpoint = new Interned(liveEndpointOptions);
  readonly #route = new Interned(live);

  endpoint(record: EndpointOptions): LiveEndpointOptions {
    return this.#endpoint.of(record);
  }

  route(record: RouteOptions): LiveRouteOptions {
    return this.#route.of(record);
  }
}

/** @param seed a whole number with which the worker's random choices start */
export function defaultOptions(settings: WorkerSettings, seed = 0): DefaultOptions {
  return { endpoint: defaultEndpointOptions(settings), route: defaultRouteOptions(settings, seed) };
}

function defaultEndpointOptions(settings: WorkerSettings): EndpointOptions {
  return {
    ...clientTimeouts(settings),
    protocol: 'http',
    serverName: '',
    connectTimeout: settings.connectTimeout,
    responseHeadTimeout: settings.responseHeadTimeout,
    deadline: 0,
    upstreamIdleTimeout: settings.upstreamIdleTimeout,
    tunnelIdleTimeout: settings.tunnelIdleTimeout,
    proxyBufferSize: settings.proxyBufferSize,
    workers: settings.workers,
    upstreamRetries: settings.upstreamRetries,
    ejectionTime: settings.ejectionTime,
    ejectionMaxTime: settings.ejectionMaxTime,
  };
}

function defaultRouteOptions(settings: WorkerSettings, balanceSeed: number): RouteOptions {
  return {
    ...clientTimeouts(settings),
    balance: 'round-robin',
    zone: settings.zone,
    balanceSeed,
    collectRequest: settings.collectRequest,
  };
}

function clientTimeouts({ clientIdleTimeout, requestBodyRate, bodyGrace }: WorkerSettings): ClientTimeouts {
  return { clientIdleTimeout, requestBodyRate, bodyGrace };
}

function live(record: RouteOptions): LiveRouteOptions {
  return { ...record, balance: BALANCES[record.balance] };
}
