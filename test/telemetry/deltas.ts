import type { RouteDelta } from '../../src/routing/delta.ts';

/** A delta that changes so much and nothing else. */
export function delta(changes: Partial<RouteDelta>): RouteDelta {
  const nothing = { routes: [], removed: [], keys: [], keysRemoved: [] };
  return { revision: 1, reset: false, synced: true, ...nothing, ...changes };
}
