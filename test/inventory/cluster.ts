import type { RouteDelta } from '../../src/boundary/delta.ts';
import { partsOf } from '../../src/inventory/delta-parts.ts';
import type { ClusterEvent } from '../../src/inventory/event.ts';
import { Inventory, type InventoryOptions } from '../../src/inventory/inventory.ts';
import type { Endpoint } from '../../src/routing/route.ts';
import type { RouteTable, RouteTableOptions } from '../../src/routing/table.ts';
import { routeTable } from '../fixtures/route-table.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';
import type { ObjectId } from '../../src/wiring/object-id.ts';
import type { Pod } from '../../src/wiring/pod.ts';
import type { NamespaceSecret } from '../../src/wiring/secret.ts';

/** An inventory that feeds one worker, in which every event is published immediately. */
export class Cluster {
  readonly inventory: Inventory;
  readonly table: RouteTable;
  readonly gone: string[] = [];
  /** The number of records that the worker gets at a time. */
  largestPart = Number.POSITIVE_INFINITY;
  /** The revision of the last delta that the worker got. */
  revision = 0;

  constructor(
    pathMatch: 'segment' | 'prefix' = 'segment',
    options: Partial<InventoryOptions> = {},
    worker: Partial<RouteTableOptions> = {},
  ) {
    this.inventory = new Inventory({ ...INVENTORY_OPTIONS, ...options });
    this.table = routeTable({
      pathMatch,
      onEndpointGone: (it: Endpoint) => this.gone.push(it.id),
      ...worker,
    });
  }

  /** Lists only these objects, first pods, then secrets. */
  list(pods: readonly Pod[], secrets: readonly NamespaceSecret[] = []): this {
    for (const event of listed(pods)) this.inventory.pods(event);
    for (const event of listed(secrets)) this.inventory.secrets(event);
    this.publish();
    return this;
  }

  apply(pod: Pod): boolean {
    this.inventory.pods({ type: 'apply', object: pod });
    return this.publish();
  }

  delete(pod: Pod): boolean {
    this.inventory.pods({ type: 'delete', object: pod });
    return this.publish();
  }

  applySecret(secret: NamespaceSecret): boolean {
    this.inventory.secrets({ type: 'apply', object: secret });
    return this.publish();
  }

  deleteSecret(secret: NamespaceSecret): boolean {
    this.inventory.secrets({ type: 'delete', object: secret });
    return this.publish();
  }

  /** True when the worker got a delta. */
  publish(now?: number): boolean {
    const delta = this.inventory.takeDelta(now);
    if (delta !== undefined) this.deliver(delta);
    return delta !== undefined;
  }

  /** A delta reaches a worker as a structured clone, in parts. */
  deliver(whole: RouteDelta): void {
    this.revision = whole.revision;
    for (const { delta, more } of partsOf(whole, this.largestPart))
      this.table.apply(structuredClone(delta), more);
  }

  /** `host path pod@address:port ...` of every route, sorted: ready endpoints in rotation order. */
  routes(): string[] {
    return [...this.table.routes()]
      .map((it) =>
        [it.host, it.path, ...it.candidates.map((e) => `${e.pod}@${e.address}:${e.port}`)].join(' '),
      )
      .sort();
  }
}

export function listed<T extends ObjectId>(objects: readonly T[]): ClusterEvent<T>[] {
  const applied = objects.map((object) => ({ type: 'init-apply', object }) as const);
  return [{ type: 'init' }, ...applied, { type: 'init-done' }];
}

/** The contents of a table as one comparable value: routes, endpoints, keys. */
export function contents(table: RouteTable): unknown {
  const routes = [...table.routes()].map((it) => ({
    route: `${it.host} ${it.path}`,
    endpoints: it.candidates.map((e) => `${e.id} ${e.namespace} ${e.pod}`),
    namespaces: it.namespaces,
  }));
  const keys = [...table.keys].map(([namespace, ring]) => ({
    namespace,
    digests: ring.digests.map((it) => Buffer.from(it).toString('base64')),
  }));
  return {
    synced: table.synced,
    routes: routes.sort((a, b) => (a.route < b.route ? -1 : 1)),
    keys: keys.sort((a, b) => (a.namespace < b.namespace ? -1 : 1)),
  };
}
