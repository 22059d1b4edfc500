import type { AccessRecord } from '../../src/proxy/access-record.ts';
import { DataPlane } from '../../src/proxy/data-plane.ts';
import { Inventory } from '../../src/routing/inventory.ts';
import { type Pod, readPod } from '../../src/wiring/pod.ts';
import { type NamespaceSecret, readSecret } from '../../src/wiring/secret.ts';
import type { podManifest, secretManifest } from './manifest.ts';
import { INVENTORY_OPTIONS } from './inventory-options.ts';
import { type WholeReport, wholeReport } from './report.ts';
import { dataPlaneSettings, type SettingsOverrides } from './settings.ts';

const ANNOTATIONS = { hosts: 'routingHosts', paths: 'routingPaths' };

type PodManifest = ReturnType<typeof podManifest>;
type SecretManifest = ReturnType<typeof secretManifest>;

export interface RouterSpec {
  readonly pods: readonly PodManifest[];
  readonly secrets: readonly SecretManifest[];
  readonly settings?: SettingsOverrides;
}

/** The real wiring, inventory and data plane in the test's own thread; only the cluster and the thread are left out. */
export class TestRouter {
  readonly port: number;
  /** One record per finished exchange. */
  readonly log: readonly AccessRecord[];
  readonly #plane: DataPlane;
  readonly #inventory: Inventory;
  readonly #pods = new Map<string, Pod>();
  readonly #secrets = new Map<string, NamespaceSecret>();

  constructor(plane: DataPlane, inventory: Inventory, facts: { port: number; log: readonly AccessRecord[] }) {
    this.#plane = plane;
    this.#inventory = inventory;
    this.port = facts.port;
    this.log = facts.log;
  }

  /** The first, complete listing of the cluster. */
  list(spec: RouterSpec): void {
    this.#inventory.pods({ type: 'init' });
    this.#inventory.secrets({ type: 'init' });
    for (const manifest of spec.pods) this.applyPod(manifest, 'init-apply');
    for (const manifest of spec.secrets) this.applySecret(manifest, 'init-apply');
    this.#inventory.pods({ type: 'init-done' });
    this.#inventory.secrets({ type: 'init-done' });
    this.#publish();
  }

  applyPod(manifest: PodManifest, type: 'apply' | 'init-apply' = 'apply'): void {
    const object = readPod(manifest, ANNOTATIONS);
    if (object === undefined) throw new Error('not a pod');
    this.#pods.set(`${object.namespace}/${object.name}`, object);
    this.#inventory.pods({ type, object });
    this.#publish();
  }

  removePod(namespace: string, name: string): void {
    const object = this.#pods.get(`${namespace}/${name}`);
    if (object === undefined) throw new Error(`no pod ${namespace}/${name}`);
    this.#inventory.pods({ type: 'delete', object });
    this.#publish();
  }

  applySecret(manifest: SecretManifest, type: 'apply' | 'init-apply' = 'apply'): void {
    const object = readSecret(manifest, 'api-key');
    if (object === undefined) throw new Error('not a secret');
    this.#secrets.set(object.namespace, object);
    this.#inventory.secrets({ type, object });
    this.#publish();
  }

  removeSecret(namespace: string): void {
    const object = this.#secrets.get(namespace);
    if (object === undefined) throw new Error(`no secret in ${namespace}`);
    this.#inventory.secrets({ type: 'delete', object });
    this.#publish();
  }

  /** Counters since the last call. */
  snapshot(): WholeReport {
    return wholeReport(this.#plane);
  }

  /** Resolves with the exchanges and tunnels that the drain timeout ended. */
  drain(): Promise<number> {
    return this.#plane.drain();
  }

  close(): void {
    this.#plane.close();
  }

  #publish(): void {
    const delta = this.#inventory.takeDelta();
    if (delta !== undefined) this.#plane.apply(delta);
  }
}

/** A router with this cluster; `unlisted` is one that has not heard of any yet. */
export async function startRouter(
  spec: RouterSpec | 'unlisted',
  unlisted: SettingsOverrides = {},
): Promise<TestRouter> {
  const log: AccessRecord[] = [];
  const settings = dataPlaneSettings(spec === 'unlisted' ? unlisted : spec.settings);
  const plane = new DataPlane(settings, { access: (record) => log.push(record) });
  const inventory = new Inventory(INVENTORY_OPTIONS);
  const { port } = await plane.listen();
  const router = new TestRouter(plane, inventory, { port, log });
  if (spec !== 'unlisted') router.list(spec);
  return router;
}
