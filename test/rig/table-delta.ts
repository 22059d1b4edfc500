import { type EndpointRecord, NO_CHANGES, type RouteDelta, type RouteName } from '../../src/routing/delta.ts';

/** A delta that changes so much and nothing else. */
export function delta(changes: Partial<RouteDelta>): RouteDelta {
  return { revision: 1, reset: false, synced: true, ...NO_CHANGES, ...changes };
}

/** A route as a test writes it down: its endpoints without numbers. */
export interface RouteText extends RouteName {
  readonly endpoints: readonly Omit<EndpointRecord, 'number'>[];
}

let numbers = 0;

/** What tells a worker of these routes, each with a set and endpoints of its own. */
export function tellsOf(routes: readonly RouteText[]): Pick<RouteDelta, 'endpoints' | 'sets' | 'routes'> {
  const all = routes.map(({ host, path, endpoints }) => {
    const records = endpoints.map((it) => ({ ...it, number: (numbers += 1) }));
    return { host, path, set: (numbers += 1), records };
  });
  return {
    endpoints: all.flatMap(({ records }) => records),
    sets: all.map(({ set, records }) => ({ set, endpoints: records.map(({ number }) => number) })),
    routes: all.map(({ host, path, set }) => ({ host, path, set })),
  };
}
