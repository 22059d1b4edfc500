import { runToEnd } from '../boundary/run-to-end.ts';
import type { EndpointRecord } from '../boundary/delta.ts';
import type { HistoryEntry } from '../boundary/history.ts';
import {
  describeCertificates,
  describeEndpoints,
  describeKeys,
  describeRoutes,
  type EndpointPair,
  type RoutePair,
} from './describe.ts';
import type { PastTable } from './past-table.ts';
import type { Undo } from './table-copy.ts';

/**
 * The part of an entry that concerns the hosts of a past table. The table must be that of the entry; afterwards it is
 * the one before.
 *
 * @param undo undefined: the entry is the oldest one, and everything in the table counts as new
 */
export function entryForHosts(entry: HistoryEntry, undo: Undo | undefined, past: PastTable): HistoryEntry {
  if (undo === undefined) {
    const routes = Array.from(past.routes(), ({ host, path }): RoutePair => [{ host, path }, false, true]);
    const endpoints = Array.from(past.members().values(), (it): EndpointPair => [undefined, it]);
    const certificates = entry.certificates.filter((it) => past.isOf(it));
    return {
      ...entry,
      routes: runToEnd(describeRoutes(routes)),
      endpoints: runToEnd(describeEndpoints(endpoints)),
      certificates,
    };
  }
  const touched = undo.routes.filter(([{ host }]) => past.isOf(host));
  const routes = touched.map(([route, set]): RoutePair => [route, set !== undefined, past.has(route)]);
  const keys = keysOf(undo, past);
  const after = past.members();
  // The hosts can have other endpoints than before only if one of their routes has another set.
  const changed = touched.length === 0 ? [...changedOf(undo, after)] : undefined;
  past.takeBack(undo);
  const endpoints = changed ?? pairsOf(past.members(), after);
  return {
    ...entry,
    routes: runToEnd(describeRoutes(routes)),
    endpoints: runToEnd(describeEndpoints(endpoints)),
    ...describeKeys(keys),
    ...describeCertificates(undo.certificates.filter((it) => past.isOf(it))),
  };
}

/** True when the entry contains a change of the hosts, or a rejection that names one of them. */
export function concernsHosts(entry: HistoryEntry, hosts: ReadonlySet<string>): boolean {
  const { routes, endpoints, keys, certificates, rejections } = entry;
  const lists = [
    routes.added,
    routes.removed,
    endpoints.added,
    endpoints.removed,
    endpoints.changed,
    certificates,
  ];
  if (lists.some((it) => it.length > 0) || Object.keys(keys).length > 0) return true;
  const refused = [...rejections.appeared, ...rejections.gone];
  return refused.some(({ detail }) => [...hosts].some((host) => detail.includes(host)));
}

function keysOf({ keys }: Undo, past: PastTable) {
  if (keys.length === 0) return [];
  const namespaces = past.namespaces();
  return keys
    .filter(([namespace]) => namespaces.has(namespace))
    .map(([namespace]) => [namespace, past.keyOf(namespace)] as const);
}

function* changedOf(
  { endpoints }: Undo,
  after: ReadonlyMap<number, EndpointRecord>,
): Generator<EndpointPair, void> {
  for (const [number, before] of endpoints) if (after.has(number)) yield [before, after.get(number)];
}

function* pairsOf(
  before: ReadonlyMap<number, EndpointRecord>,
  after: ReadonlyMap<number, EndpointRecord>,
): Generator<EndpointPair, void> {
  for (const [number, record] of before) yield [record, after.get(number)];
  for (const [number, record] of after) if (!before.has(number)) yield [undefined, record];
}
