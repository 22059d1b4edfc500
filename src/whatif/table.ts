import type { EndpointRecord, NamespaceKeyRecord, RouteName } from '../boundary/delta.ts';
import type { Listing } from '../inventory/inventory.ts';
import { COUNTING } from '../inventory/rejections.ts';
import type { ObjectName } from '../wiring/object-id.ts';
import type { RejectionReason } from '../wiring/rejection.ts';
import { NO_OPTIONS, type PodOptions } from '../wiring/options/pod-options.ts';
import { type Backend, backendKey, compareBackends } from './backend.ts';

/** How one backend serves a route. */
export interface Served {
  readonly backend: Backend;
  readonly port: number;
  readonly options: PodOptions;
  readonly pods: number;
  /** How many of these pods are ready. */
  readonly ready: number;
}

/** A route, and what serves it, ordered by backend and port. */
export interface TableRoute extends RouteName {
  readonly served: readonly Served[];
}

/** A rejection, with the object that people wrote instead of the pod that has it. */
export interface TableRejection extends Backend {
  readonly reason: RejectionReason;
  readonly detail: string;
}

/** The parts of a route table that are compared. */
export interface Table {
  /** By host, then by path. */
  readonly routes: ReadonlyMap<string, ReadonlyMap<string, TableRoute>>;
  /** The keys of namespaces that have a Secret, only as digests; undefined if podway may not read Secrets. */
  readonly keys: ReadonlyMap<string, NamespaceKeyRecord> | undefined;
  /** Each once. */
  readonly rejections: readonly TableRejection[];
  /** A description of the certificate of each host. */
  readonly certificates: ReadonlyMap<string, string>;
}

export interface TableParts {
  readonly listing: Pick<Listing, 'routes' | 'rejections'>;
  readonly keys: Table['keys'];
  readonly certificates: Table['certificates'];
  /** The workload or pod to which a pod belongs. */
  readonly backendOf: (pod: ObjectName) => Backend;
  /** The number of pods that a pod stands for; 1 by default. */
  readonly countOf?: ((pod: ObjectName) => number) | undefined;
}

/** Makes the table of an inventory, with workloads in place of pods. */
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

/** Equal keys mean the same rejection. */
export function rejectionKey(rejection: TableRejection): string {
  const { reason, detail } = rejection;
  return `${backendKey(rejection)}\n${reason}\n${COUNTING.has(reason) ? '' : detail}`;
}

/** Every route of a table. */
export function* allRoutes({ routes }: Pick<Table, 'routes'>): Generator<TableRoute, void> {
  for (const paths of routes.values()) yield* paths.values();
}

/** The namespaces of a route, in the order of `served`. */
export function namespacesOf(route: TableRoute | undefined): readonly string[] {
  return [...new Set(route?.served.map(({ backend }) => backend.namespace))];
}

function servedBy(
  endpoints: readonly EndpointRecord[],
  backendOf: TableParts['backendOf'],
  countOf: NonNullable<TableParts['countOf']> = () => 1,
): Served[] {
  const groups = new Map<string, { -readonly [Key in keyof Served]: Served[Key] }>();
  for (const { namespace, pod, port, options = NO_OPTIONS, condition } of endpoints) {
    const backend = backendOf({ namespace, name: pod });
    const key = `${backendKey(backend)}/${port} ${options.text}`;
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { backend, port, options, pods: 0, ready: 0 }));
    const count = countOf({ namespace, name: pod });
    group.pods += count;
    if (condition === 'ready') group.ready += count;
  }
  return [...groups.values()].sort((a, b) => compareBackends(a.backend, b.backend) || a.port - b.port);
}
