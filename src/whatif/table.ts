import type { EndpointRecord, NamespaceKeyRecord, RouteName } from '../boundary/delta.ts';
import type { Listing } from '../inventory/inventory.ts';
import { COUNTING } from '../inventory/rejections.ts';
import type { ObjectName } from '../wiring/object-id.ts';
import type { RejectionReason } from '../wiring/rejection.ts';
import { NO_WORDS, type PodOptions } from '../wiring/words/pod-options.ts';
import { type Backend, backendKey, compareBackends } from './backend.ts';

/** What one backend does for a route. */
export interface Served {
  readonly backend: Backend;
  readonly port: number;
  readonly options: PodOptions;
  readonly pods: number;
  /** Of these. */
  readonly ready: number;
}

/** A route, and what serves it: ordered by backend, port and words. */
export interface TableRoute extends RouteName {
  readonly served: readonly Served[];
}

/** A rejection, by what people wrote instead of the pod that shows it. */
export interface TableRejection extends Backend {
  readonly reason: RejectionReason;
  readonly detail: string;
}

/** A route table as far as two of them are compared. */
export interface Table {
  /** By host, then path. */
  readonly routes: ReadonlyMap<string, ReadonlyMap<string, TableRoute>>;
  /** By namespace, those that have a Secret; undefined: it may not be read. Digests alone. */
  readonly keys: ReadonlyMap<string, NamespaceKeyRecord> | undefined;
  /** Each once. */
  readonly rejections: readonly TableRejection[];
  /** What hosts are served with by TLS, in words, by host. */
  readonly certificates: ReadonlyMap<string, string>;
}

export interface TableParts {
  readonly listing: Pick<Listing, 'routes' | 'rejections'>;
  readonly keys: Table['keys'];
  readonly certificates: Table['certificates'];
  /** What a pod belongs to. */
  readonly backendOf: (pod: ObjectName) => Backend;
  /** For how many of its kind it stands; default: for itself. */
  readonly countOf?: ((pod: ObjectName) => number) | undefined;
}

/** The table of an inventory, with workloads where that has pods. */
export function makeTable({ listing, keys, certificates, backendOf, countOf }: TableParts): Table {
  const routes = new Map<string, Map<string, TableRoute>>();
  for (const { host, path, endpoints } of listing.routes) {
    let paths = routes.get(host);
    if (paths === undefined) routes.set(host, (paths = new Map()));
    paths.set(path, { host, path, served: servedBy(endpoints, backendOf, countOf) });
  }
  const rejections = new Map<string, TableRejection>();
  for (const { object, reason, detail } of listing.rejections) {
    const { kind, namespace, name } = object.kind === 'Pod' ? backendOf(object) : object;
    const rejection = { kind, namespace, name, reason, detail };
    rejections.set(rejectionKey(rejection), rejection);
  }
  const ordered = [...rejections.values()].sort(compareBackends);
  return { routes, keys, certificates, rejections: ordered };
}

/** The same key: the same rejection. */
export function rejectionKey(rejection: TableRejection): string {
  const { reason, detail } = rejection;
  return `${backendKey(rejection)}\n${reason}\n${COUNTING.has(reason) ? '' : detail}`;
}

/** Every route of a table. */
export function* allRoutes({ routes }: Pick<Table, 'routes'>): Generator<TableRoute, void> {
  for (const paths of routes.values()) yield* paths.values();
}

/** Of a route, in their order. */
export function namespacesOf(route: TableRoute | undefined): readonly string[] {
  return [...new Set(route?.served.map(({ backend }) => backend.namespace))];
}

function servedBy(
  endpoints: readonly EndpointRecord[],
  backendOf: TableParts['backendOf'],
  countOf: NonNullable<TableParts['countOf']> = () => 1,
): Served[] {
  const groups = new Map<string, { -readonly [Key in keyof Served]: Served[Key] }>();
  for (const { namespace, pod, port, options = NO_WORDS, condition } of endpoints) {
    const backend = backendOf({ namespace, name: pod });
    const key = `${backendKey(backend)}/${port} ${options.words}`;
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { backend, port, options, pods: 0, ready: 0 }));
    const count = countOf({ namespace, name: pod });
    group.pods += count;
    if (condition === 'ready') group.ready += count;
  }
  return [...groups.values()].sort((a, b) => compareBackends(a.backend, b.backend) || a.port - b.port);
}
