import type { RouteName } from '../../boundary/delta.ts';
import type { Insight } from '../../control/overview.ts';
import type { PublishedRoute } from '../../inventory/inventory.ts';
import { compareText } from '../../wiring/order.ts';
import { TopItems } from './top-items.ts';
import { MAX_BUSIEST_ROUTES, MAX_NAMES } from './row-limits.ts';
import type { RouteRow, Rows } from './state.ts';
import type { Verdicts } from './verdicts.ts';

/** A route with its counts of the last quarter of an hour. */
type Counted = RouteName & Pick<RouteRow, 'requests' | 'clientErrors' | 'serverErrors'>;

/** The routes with the most requests. */
export function busiestRows({ inventory, recent }: Insight, verdicts: Verdicts): Rows<RouteRow> {
  const first = new TopItems<Counted>(MAX_BUSIEST_ROUTES, compareCounted);
  for (const counted of recent.routes.busy()) first.add(counted);
  const { total, rows } = first.rows((it) => it);
  const shown = rows.flatMap((counted) => {
    const route = inventory.route(counted);
    return route === undefined ? [] : [routeRow(route, counted, verdicts)];
  });
  return { total, rows: shown };
}

export function routeRow(
  { host, path, published }: PublishedRoute,
  { requests, clientErrors, serverErrors }: Omit<Counted, keyof RouteName>,
  verdicts: Verdicts,
): RouteRow {
  const { ready, problems } = verdicts.of(published);
  return {
    host,
    path,
    namespaces: published.namespaces.slice(0, MAX_NAMES),
    pods: published.endpoints.length,
    ready,
    problems: serverErrors > 0 ? [...problems, 'failing'] : problems,
    requests,
    clientErrors,
    serverErrors,
  };
}

/** Orders routes: those with the most requests come first. */
export function compareCounted(a: Counted, b: Counted): number {
  return b.requests - a.requests || compareText(a.host, b.host) || compareText(a.path, b.path);
}
