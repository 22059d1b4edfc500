import type { RouteName } from '../boundary/delta.ts';
import { compareRoutes, compareText } from '../wiring/order.ts';
import { shownOptions } from '../wiring/options/shown-options.ts';
import { type Backend, backendKey } from './backend.ts';
import { allRoutes, namespacesOf, type Served, type Table, type TableRoute } from './table.ts';
import { type PathMatch, answeringRoute } from './answering-route.ts';

/** A route that answers requests instead of another one, or did before. */
export interface Other extends RouteName {
  readonly namespaces: readonly string[];
}

/** How a backend serves a route. */
export interface Way extends Backend {
  readonly port: number;
  /** Its options, without values that may be secrets; empty if it has none. */
  readonly options: string;
}

/** A difference between two tables. It concerns one route and one namespace unless its comment names something else. */
export type Change =
  /** The namespace serves a route that it did not serve before. */
  | (RouteChange & {
      readonly change: 'won';
      /** The host had no route before. */
      readonly newHost: boolean;
      /** The route that answered these requests before; absent if there was none. */
      readonly until?: Other;
    })
  /** The namespace no longer serves a route. */
  | (RouteChange & {
      readonly change: 'lost';
      /** The host no longer has a route. */
      readonly hostGone: boolean;
      /** The route that answers these requests now; absent if there is none. */
      readonly instead?: Other;
    })
  /** Other workloads of the same namespace serve the route. */
  | (RouteName & Workloads & { readonly change: 'workloads'; readonly namespace: string })
  /** The same workloads serve the route differently. `hidden`: the difference is only in values that are not shown. */
  | (RouteName & {
      readonly change: 'options';
      readonly namespace: string;
      readonly before: readonly Way[];
      readonly after: readonly Way[];
      readonly hidden: boolean;
    })
  /** The number of keys of a namespace; null if it requires no key. */
  | {
      readonly change: 'keys';
      readonly namespace: string;
      readonly before: number | null;
      readonly after: number | null;
    }
  /** The certificate of a host; null if it has none of its own. */
  | {
      readonly change: 'certificate';
      readonly host: string;
      readonly before: string | null;
      readonly after: string | null;
    };

interface RouteChange extends RouteName {
  readonly namespace: string;
  readonly by: readonly Backend[];
  /** Other namespaces that serve the same route after the change. */
  readonly shared: readonly string[];
}

interface Workloads {
  readonly before: readonly Backend[];
  readonly after: readonly Backend[];
}

/** All differences: routes by host and path, then keys, then certificates. */
export function changesBetween(before: Table, after: Table, match: PathMatch): Change[] {
  const names = new Map<string, RouteName>();
  for (const table of [before, after])
    for (const { host, path } of allRoutes(table)) names.set(`${host}${path}`, { host, path });
  const changes: Change[] = [];
  for (const name of [...names.values()].sort(compareRoutes)) {
    const [was, is] = [before, after].map((it) => it.routes.get(name.host)?.get(name.path));
    const namespaces = new Set([...namespacesOf(was), ...namespacesOf(is)]);
    for (const namespace of [...namespaces].sort(compareText))
      changes.push(...changesOf({ name, namespace, was, is, before, after, match }));
  }
  return [...changes, ...keyChanges(before, after), ...certificateChanges(before, after)];
}

interface Compared {
  readonly name: RouteName;
  readonly namespace: string;
  readonly was: TableRoute | undefined;
  readonly is: TableRoute | undefined;
  readonly before: Table;
  readonly after: Table;
  readonly match: PathMatch;
}

function changesOf(compared: Compared): Change[] {
  const { name, namespace, was, is, before, after, match } = compared;
  const [old, now] = [was, is].map((it) =>
    it?.served.filter(({ backend }) => backend.namespace === namespace),
  );
  const [oldServed, nowServed] = [old ?? [], now ?? []];
  const shared = namespacesOf(is).filter((it) => it !== namespace);
  if (oldServed.length === 0) {
    const newHost = !before.routes.has(name.host);
    const until = was === undefined ? otherOf(answeringRoute(before, name, match)) : undefined;
    return [
      {
        change: 'won',
        ...name,
        namespace,
        by: backends(nowServed),
        shared,
        newHost,
        ...(until && { until }),
      },
    ];
  }
  if (nowServed.length === 0) {
    const hostGone = !after.routes.has(name.host);
    const instead = is === undefined ? otherOf(answeringRoute(after, name, match)) : undefined;
    return [
      {
        change: 'lost',
        ...name,
        namespace,
        by: backends(oldServed),
        shared,
        hostGone,
        ...(instead && { instead }),
      },
    ];
  }
  const place = { ...name, namespace };
  const sides = { before: backends(oldServed), after: backends(nowServed) };
  if (keysOf(sides.before) !== keysOf(sides.after)) return [{ change: 'workloads', ...place, ...sides }];
  const ways = { before: oldServed.map(wayOf), after: nowServed.map(wayOf) };
  if (exactly(oldServed) === exactly(nowServed)) return [];
  const hidden = JSON.stringify(ways.before) === JSON.stringify(ways.after);
  return [{ change: 'options', ...place, ...ways, hidden }];
}

function otherOf(route: TableRoute | undefined): Other | undefined {
  return route && { host: route.host, path: route.path, namespaces: namespacesOf(route) };
}

function backends(served: readonly Served[]): Backend[] {
  return [...new Map(served.map(({ backend }) => [backendKey(backend), backend])).values()];
}

function keysOf(list: readonly Backend[]): string {
  return list.map(backendKey).join(' ');
}

function wayOf({ backend, port, options }: Served): Way {
  return { ...backend, port, options: shownOptions(options.text) };
}

/** All values, for a comparison. */
function exactly(served: readonly Served[]): string {
  return JSON.stringify(served.map(({ backend, port, options }) => [backend, port, options.text]));
}

function keyChanges({ keys: before }: Table, { keys: after }: Table): Change[] {
  if (before === undefined || after === undefined) return [];
  const namespaces = [...new Set([...before.keys(), ...after.keys()])].sort(compareText);
  return namespaces.flatMap((namespace) => {
    const [was, is] = [before.get(namespace)?.digests, after.get(namespace)?.digests];
    if (was?.join() === is?.join() && (was === undefined) === (is === undefined)) return [];
    return [{ change: 'keys', namespace, before: was?.length ?? null, after: is?.length ?? null } as const];
  });
}

function certificateChanges({ certificates: before }: Table, { certificates: after }: Table): Change[] {
  const hosts = [...new Set([...before.keys(), ...after.keys()])].sort(compareText);
  return hosts.flatMap((host) => {
    const [was = null, is = null] = [before.get(host), after.get(host)];
    return was === is ? [] : [{ change: 'certificate', host, before: was, after: is } as const];
  });
}
