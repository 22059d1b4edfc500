import { CONDITIONS, endpointId, type RouteName } from '../../boundary/delta.ts';
import type { EndpointName } from '../../boundary/questions.ts';
import type { Insight } from '../../control/overview.ts';
import type { DeclaredEndpoint } from '../../inventory/declared-endpoint.ts';
import type { PublishedRoute } from '../../inventory/inventory.ts';
import { keyOf } from '../../wiring/object-id.ts';
import { shownOptions } from '../../wiring/options/shown-options.ts';
import { truncate } from './truncate.ts';
import { addressOf, addUp, type EndpointSum, keyOfEndpoint } from './endpoint-sums.ts';
import { TopItems } from './top-items.ts';
import { MAX_ENDPOINTS, MAX_ROWS } from './row-limits.ts';
import { rejectionRows } from './problems.ts';
import { percentiles } from './rates.ts';
import type {
  EndpointRow,
  NamespaceRow,
  OptionsRow,
  RecentDocument,
  RouteDocument,
  RouteMinute,
} from './route-documents.ts';
import type { RejectionRow, Rows } from './state.ts';
import type { Verdicts } from './verdicts.ts';

type Endpoints = readonly DeclaredEndpoint[];
type Inventory = Insight['inventory'];

/** The document of one route, with the workers' current reports about its endpoints; undefined: there is no such route. */
export async function routeDocument(
  insight: Insight,
  name: RouteName,
  verdictsNow: () => Verdicts,
): Promise<RouteDocument | undefined> {
  const { inventory, workers } = insight;
  const asked = inventory.route(name);
  if (asked === undefined) return undefined;
  const endpoints = inOrder(asked.published.endpoints).slice(0, MAX_ENDPOINTS).map(nameOf);
  const gathered = await workers.questions.ask<'endpoints'>({ kind: 'endpoints', endpoints });
  const sums = addUp([...(gathered?.replies.values() ?? [])].flat(), Date.now());
  // The table may have changed while the workers replied.
  const route = inventory.route(name);
  return route === undefined ? undefined : documentOf(insight, { route, sums, verdicts: verdictsNow() });
}

interface Known {
  readonly route: PublishedRoute;
  readonly sums: ReadonlyMap<string, EndpointSum>;
  readonly verdicts: Verdicts;
}

function documentOf({ inventory, recent }: Insight, { route, sums, verdicts }: Known): RouteDocument {
  const { host, path, published } = route;
  const { problems } = verdicts.of(published);
  const summary = recentOf(recent, route);
  const isFailing = summary.minutes.some(([, , , , serverErrors]) => serverErrors > 0);
  const inTurn = inOrder(published.endpoints);
  return {
    host,
    path,
    revision: inventory.revision,
    problems: isFailing ? [...problems, 'failing'] : problems,
    namespaces: namespacesOf(inventory, published.namespaces),
    endpoints: {
      total: inTurn.length,
      rows: inTurn.slice(0, MAX_ENDPOINTS).map((it) => endpointRow(it, sums)),
    },
    options: optionsOf(published.endpoints),
    recent: summary,
    rejections: rejectionsOf(inventory, published.endpoints),
  };
}

/** Endpoints by condition: those that get requests come first. */
function inOrder(endpoints: Endpoints): DeclaredEndpoint[] {
  const rank = ({ published, state }: DeclaredEndpoint) => CONDITIONS.indexOf((published ?? state).condition);
  return [...endpoints].sort((a, b) => rank(a) - rank(b));
}

function nameOf(endpoint: DeclaredEndpoint): EndpointName {
  const { namespace, pod } = endpoint;
  return { id: endpointId(endpoint.published ?? endpoint.record()), namespace, pod };
}

function endpointRow(endpoint: DeclaredEndpoint, sums: Known['sums']): EndpointRow {
  const name = nameOf(endpoint);
  const { condition, zone = '' } = endpoint.published ?? endpoint.state;
  const { inFlight = 0, failures = 0, ejected = null } = sums.get(keyOfEndpoint(name)) ?? {};
  return {
    namespace: name.namespace,
    pod: name.pod,
    address: addressOf(name.id),
    condition,
    zone,
    created: endpoint.created > 0 ? endpoint.created : null,
    inFlight,
    failures,
    ejected,
    options: optionsTextOf(endpoint),
  };
}

function optionsTextOf({ options }: DeclaredEndpoint): string {
  return truncate(shownOptions(options.text));
}

function optionsOf(endpoints: Endpoints): Rows<OptionsRow> {
  const pods = new Map<string, number>();
  for (const endpoint of endpoints) {
    const options = optionsTextOf(endpoint);
    pods.set(options, (pods.get(options) ?? 0) + 1);
  }
  const first = new TopItems<OptionsRow>(MAX_ROWS, (a, b) => b.pods - a.pods);
  for (const [options, count] of pods) first.add({ options, pods: count });
  return first.rows((it) => it);
}

/** The namespaces of a route with the number of their keys. The keys are never shown. */
function namespacesOf({ keys }: Inventory, namespaces: readonly string[]): Rows<NamespaceRow> {
  const { keyed } = keys.listing();
  const counts = new Map(keyed.map(({ namespace, keys }) => [namespace, keys]));
  const rows = namespaces.slice(0, MAX_ROWS).map((namespace): NamespaceRow => {
    const count = counts.get(namespace);
    return { namespace, state: stateOf(keys, namespace, count), keys: count ?? 0 };
  });
  return { total: namespaces.length, rows };
}

function stateOf(
  keys: Inventory['keys'],
  namespace: string,
  count: number | undefined,
): NamespaceRow['state'] {
  if (keys.unknown.has(namespace)) return 'unknown';
  if (keys.deleted.has(namespace)) return 'deleted';
  if (count === undefined) return 'open';
  return count === 0 ? 'denies-all' : 'keyed';
}

function recentOf(recent: Insight['recent'], name: RouteName): RecentDocument {
  const { slots = [], durations = [] } = recent.routes.of(name, performance.now()) ?? {};
  let end = Date.now();
  const minutes: RouteMinute[] = [];
  for (const { lasted, requests, clientErrors, serverErrors } of slots.toReversed()) {
    minutes.push([Math.round(end / 1_000), Math.round(lasted), requests, clientErrors, serverErrors]);
    end -= lasted;
  }
  return { minutes: minutes.reverse(), ...percentiles(durations) };
}

function rejectionsOf(inventory: Inventory, endpoints: Endpoints): Rows<RejectionRow> {
  const pods = new Set(endpoints.map(({ namespace, pod }) => keyOf({ namespace, name: pod })));
  const all = inventory.rejections().all();
  return rejectionRows(all.filter(({ object }) => object.kind === 'Pod' && pods.has(keyOf(object))));
}
