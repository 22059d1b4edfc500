import type { EndpointCondition } from '../../boundary/delta.ts';
import type { Insight } from '../../control/overview.ts';
import type { PublishedRoute } from '../../inventory/inventory.ts';
import { compareRoutes } from '../../wiring/order.ts';
import { TopItems } from './top-items.ts';
import { MAX_NAMES, MAX_ROWS } from './row-limits.ts';
import type { ConflictRow, Rows, UnreadyRow } from './state.ts';
import type { Verdicts } from './verdicts.ts';

export interface TableProblems {
  readonly routes: number;
  readonly unready: Rows<UnreadyRow>;
  readonly conflicts: Rows<ConflictRow>;
}

interface Conflicting extends Omit<ConflictRow, 'host' | 'path'> {
  readonly route: PublishedRoute;
}

/** The problems of all routes, found in one pass over the table. */
export function tableProblems(inventory: Insight['inventory'], verdicts: Verdicts): TableProblems {
  const unready = new TopItems<PublishedRoute>(MAX_ROWS, compareRoutes);
  const conflicts = new TopItems<Conflicting>(MAX_ROWS, (a, b) => compareRoutes(a.route, b.route));
  let routes = 0;
  for (const route of inventory.published()) {
    routes += 1;
    const { ready, shared, differing, problems } = verdicts.of(route.published);
    if (problems.length === 0) continue;
    if (ready === 0) unready.add(route);
    if (shared.length > 1) conflicts.add({ route, conflict: 'shared', between: shared });
    if (differing.length > 0) conflicts.add({ route, conflict: 'options', between: differing });
  }
  return {
    routes,
    unready: unready.rows(unreadyRow),
    conflicts: conflicts.rows(({ route: { host, path }, conflict, between }) => {
      return { host, path, conflict, between: between.slice(0, MAX_NAMES) };
    }),
  };
}

function unreadyRow({ host, path, published: { endpoints, namespaces } }: PublishedRoute): UnreadyRow {
  const conditions: Partial<Record<EndpointCondition, number>> = {};
  for (const { published } of endpoints) {
    if (published === undefined) continue;
    conditions[published.condition] = (conditions[published.condition] ?? 0) + 1;
  }
  const lastResort = (conditions['node-silent'] ?? 0) > 0;
  return { host, path, namespaces: namespaces.slice(0, MAX_NAMES), conditions, lastResort };
}
