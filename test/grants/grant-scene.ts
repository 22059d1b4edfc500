import type { InventoryOptions } from '../../src/inventory/inventory.ts';
import { type NamespaceObject, readNamespace } from '../../src/wiring/namespace.ts';
import { Cluster, listed } from '../inventory/cluster.ts';
import { aPod } from '../wiring/objects.ts';

/** Annotations of Namespaces, by their names. */
export type Annotations = Readonly<Record<string, string>>;

type GrantOptions = NonNullable<InventoryOptions['grants']>;

export function aNamespace(name: string, grants?: string, uid = `uid-${name}`): NamespaceObject {
  const annotations = grants === undefined ? {} : { routingHosts: grants };
  const namespace = readNamespace({ metadata: { name, uid, annotations } }, 'routingHosts');
  if (namespace === undefined) throw new Error('the test has no namespace');
  return namespace;
}

/** A pod of the namespace that declares each `HOST/PATH`. */
export function podFor(namespace: string, ...items: readonly string[]) {
  const paths = items.map((it) => `3000:${it.includes('/') ? it : `${it}/`}`).join(' ');
  return aPod({ namespace, name: `${namespace}-0`, hosts: undefined, paths });
}

/** A cluster in which Namespaces hold hosts; no object has been listed. */
export function enforcing(options: Partial<GrantOptions> & Partial<InventoryOptions> = {}): Cluster {
  const { pathMatch = 'segment', template = [], list = [], followsNamespaces = true, ...others } = options;
  const grants = { pathMatch, template, list, followsNamespaces };
  return new Cluster(pathMatch, { grants, overlaps: 'shared', ...others });
}

/** Lists Namespaces with these annotations, and the pods. */
export function listAll(
  cluster: Cluster,
  annotations: Annotations,
  pods: readonly ReturnType<typeof podFor>[],
): Cluster {
  const namespaces = Object.entries(annotations).map(([name, text]) => aNamespace(name, text));
  for (const event of listed(namespaces)) cluster.inventory.namespaces(event);
  return cluster.list(pods);
}

export function namespaces(cluster: Cluster, ...events: readonly (NamespaceObject | 'deleted')[]): void {
  for (const [at, it] of events.entries()) {
    const object = it === 'deleted' ? events[at - 1] : it;
    if (object === undefined || object === 'deleted') throw new Error('the test names no object to delete');
    cluster.inventory.namespaces({ type: it === 'deleted' ? 'delete' : 'apply', object });
  }
  cluster.publish();
}

/** The current rejections: `KIND NAMESPACE REASON DETAIL`. */
export function refused(cluster: Cluster): string[] {
  return cluster.inventory
    .listing()
    .rejections.map(({ object, reason, detail }) => `${object.kind} ${object.namespace} ${reason} ${detail}`);
}

/** Every route with the namespaces of its pods: `HOST/PATH a b`; a fence without pods has no namespace. */
export function routed(cluster: Cluster): string[] {
  return [...cluster.table.routes()].map((it) => [`${it.host}${it.path}`, ...it.namespaces].join(' ')).sort();
}
