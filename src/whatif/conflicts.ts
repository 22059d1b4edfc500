import type { RouteName } from '../boundary/delta.ts';
import { shortList } from '../wiring/enumeration.ts';
import { compareRoutes } from '../wiring/order.ts';
import { REJECTED } from '../wiring/options/pod-options.ts';
import { allRoutes, namespacesOf, type Table, type TableRoute } from './table.ts';
import { type PathMatch, answeringRoute, wildcardAround } from './answering-route.ts';

/** The two tables to compare. Without a cluster, the first one is empty. */
export interface Question {
  readonly before: Table;
  readonly after: Table;
  readonly match: PathMatch;
}

/** A conflict about a route or a host. */
export interface Conflict extends RouteName {
  readonly conflict: 'shared' | 'options' | 'taken' | 'host-taken';
  readonly namespaces: readonly string[];
  /** One sentence. */
  readonly detail: string;
}

/** All functions that find conflicts. Each of them checks the change as a whole. */
const CONFLICT_CHECKS: readonly ((question: Question) => readonly Conflict[])[] = [
  ({ before, after }) => {
    const known = new Set(sharedIn(before).map(conflictKey));
    return sharedIn(after).filter((it) => !known.has(conflictKey(it)));
  },
  ({ before, after }) => {
    const known = new Set(differingIn(before).map(conflictKey));
    return differingIn(after).filter((it) => !known.has(conflictKey(it)));
  },
  takenRoutes,
  takenHosts,
];

/** The conflicts that a change makes, by host and path. */
export function newConflicts(question: Question): Conflict[] {
  return CONFLICT_CHECKS.flatMap((check) => check(question)).sort(compareRoutes);
}

function conflictKey({ host, path, detail }: Conflict): string {
  return `${host}${path} ${detail}`;
}

/** Routes of several namespaces whose requests no key distinguishes. */
function sharedIn(table: Table): Conflict[] {
  return [...allRoutes(table)].flatMap((route) => {
    const namespaces = namespacesOf(route);
    if (namespaces.length < 2) return [];
    const among = alike(namespaces, table.keys);
    if (among.length < 2) return [];
    const why =
      table.keys === undefined
        ? 'it is not known whether keys distinguish their requests'
        : 'no key distinguishes their requests';
    const order = hasConditions(route, among) ? 'by their conditions and then in turn' : 'in turn';
    const detail = `served by namespaces ${shortList(among)} ${order}: ${why}`;
    return [{ conflict: 'shared', host: route.host, path: route.path, namespaces: among, detail } as const];
  });
}

/** Whether some pods are only for some requests (`if-header=` and similar), which they get before all others. */
function hasConditions({ served }: TableRoute, namespaces: readonly string[]): boolean {
  return served.some(
    ({ backend, options }) =>
      namespaces.includes(backend.namespace) && /(?:^| )\??if-/.test(options.guards?.text ?? ''),
  );
}

/** The namespaces that the same request can reach: they have no key, or a common one. */
export function alike(namespaces: readonly string[], keys: Table['keys']): readonly string[] {
  if (keys === undefined) return namespaces;
  const accepts = (namespace: string) => new Set(keys.get(namespace)?.digests ?? ['']);
  const sets = namespaces.map(accepts);
  return namespaces.filter((_, at) => {
    const own = [...(sets[at] ?? [])];
    return sets.some((other, index) => index !== at && own.some((it) => other.has(it)));
  });
}

/**
 * Options for a whole route are those of its newest pod. If workloads declare different ones, podway does not follow
 * all of them.
 */
function differingIn(table: Table): Conflict[] {
  return [...allRoutes(table)].flatMap((route) => {
    // Options that podway rejects have no effect on other pods.
    const served = route.served.filter(({ options }) => options.text !== REJECTED.text);
    const declared = new Set(served.map(({ options }) => JSON.stringify(options.route ?? {})));
    if (declared.size < 2) return [];
    const names = served.map(({ backend: { kind, namespace, name } }) => `${kind} ${namespace}/${name}`);
    const detail = `${shortList([...new Set(names)])}: options for the whole route differ, and podway uses those of the newest pod (lb, collect, sticky, zone)`;
    const { host, path } = route;
    return [{ conflict: 'options', host, path, namespaces: namespacesOf(route), detail } as const];
  });
}

/** New routes that take requests from those of other namespaces. */
function takenRoutes({ before, after, match }: Question): Conflict[] {
  return [...allRoutes(after)].flatMap((route) => {
    const { host, path } = route;
    if (before.routes.get(host)?.has(path) === true) return [];
    const until = answeringRoute(before, route, match);
    const losers = losersTo(route, until);
    if (until === undefined || losers.length === 0) return [];
    const detail = `namespace ${shortList(namespacesOf(route))} takes requests that ${until.host}${until.path} of namespace ${shortList(losers)} answered`;
    return [
      { conflict: 'taken', host, path, namespaces: [...namespacesOf(route), ...losers], detail } as const,
    ];
  });
}

/** New hosts for which the routes of the wildcard around them no longer answer. */
function takenHosts({ before, after, match }: Question): Conflict[] {
  return [...after.routes.keys()].flatMap((host) => {
    if (before.routes.has(host)) return [];
    const wildcard = wildcardAround(before.routes, host);
    const around = wildcard === undefined ? undefined : before.routes.get(wildcard);
    const left = [...(around?.values() ?? [])].filter(
      ({ path }) => answeringRoute(after, { host, path }, match) === undefined,
    );
    const namespaces = [...new Set(left.flatMap(namespacesOf))];
    const [first] = left;
    if (first === undefined) return [];
    const more = left.length > 1 ? ` and ${left.length - 1} more` : '';
    const detail = `${wildcard ?? ''} no longer answers for it, so ${first.path}${more} of namespace ${shortList(namespaces)} is lost there`;
    return [{ conflict: 'host-taken', host, path: first.path, namespaces, detail } as const];
  });
}

function losersTo(route: TableRoute, until: TableRoute | undefined): readonly string[] {
  const winners = new Set(namespacesOf(route));
  return namespacesOf(until).filter((it) => !winners.has(it));
}
