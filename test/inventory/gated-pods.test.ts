/** Pods that wait for podway: which pods an inventory evaluates again, and when there is no result yet. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GateVerdict } from '../../src/inventory/gated-pods.ts';
import { Inventory, type InventoryOptions } from '../../src/inventory/inventory.ts';
import { keyOf } from '../../src/wiring/object-id.ts';
import { type Pod, readPod } from '../../src/wiring/pod.ts';
import { GATE, gatedManifest } from '../fixtures/gated-pod.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';

const NAMES = { hosts: 'routingHosts', paths: 'routingPaths', options: 'routingOptions', gate: GATE };

function pod(name: string, changes: Partial<Pod> = {}): Pod {
  const read = readPod(
    gatedManifest({ name, namespace: 'shop', hosts: `${name}.local`, paths: '/', port: 8080 }),
    NAMES,
  );
  assert.ok(read !== undefined);
  return { ...read, ip: '10.0.0.1', phase: 'Running', ...changes };
}

class Scene {
  readonly inventory: Inventory;

  constructor(options: Partial<InventoryOptions> = {}) {
    this.inventory = new Inventory({ ...INVENTORY_OPTIONS, keysNeedProof: false, ...options });
    this.inventory.pods({ type: 'init' });
    this.inventory.pods({ type: 'init-done' });
  }

  apply(object: Pod): void {
    this.inventory.pods({ type: 'apply', object });
  }

  /** The results for the pods that are evaluated again, with the current table. */
  judged(): Record<string, GateVerdict['kind'] | 'none'> {
    const { gated } = this.inventory;
    const kinds = [...gated.takeTouched()].map((key) => {
      const it = gated.current(key);
      return [key, it === undefined ? 'none' : gated.verdict(it).kind] as const;
    });
    return Object.fromEntries(kinds);
  }
}

test('only pods that change are evaluated again', () => {
  const scene = new Scene();
  for (const name of ['a', 'b']) scene.apply(pod(name));
  scene.inventory.takeDelta();
  assert.deepEqual(scene.judged(), { 'shop/a': 'routed', 'shop/b': 'routed' });
  scene.apply(pod('b', { ready: false }));
  scene.inventory.takeDelta();
  assert.deepEqual(scene.judged(), { 'shop/b': 'waiting' });
  scene.inventory.pods({ type: 'delete', object: pod('b') });
  scene.inventory.takeDelta();
  assert.deepEqual(scene.judged(), { 'shop/b': 'none' });
});

test('a new pod of the same name, created while a table is being published, is not mistaken for the earlier one', () => {
  const scene = new Scene();
  scene.apply(pod('a'));
  const steps = scene.inventory.changes(0);
  steps.next();
  scene.apply(pod('a', { uid: 'next', phase: 'Pending', ready: false, ip: undefined }));
  while (steps.next().done !== true);
  assert.deepEqual(scene.judged(), { 'shop/a': 'undecided' });
  assert.equal(scene.inventory.gated.current('shop/a')?.uid, 'next');
  scene.inventory.gated.touch(keyOf(pod('a')));
  scene.inventory.takeDelta();
  assert.deepEqual(scene.judged(), { 'shop/a': 'waiting' });
});

test('before grants are known no pod is rejected, and then each pod is evaluated again', () => {
  const scene = new Scene({
    grants: { pathMatch: 'segment', template: ['b.local'], list: [], followsNamespaces: true },
  });
  for (const name of ['a', 'b']) scene.apply(pod(name));
  scene.inventory.takeDelta();
  assert.deepEqual(scene.judged(), { 'shop/a': 'undecided', 'shop/b': 'undecided' });
  scene.inventory.namespaces({ type: 'init' });
  scene.inventory.namespaces({ type: 'init-done' });
  scene.inventory.takeDelta();
  assert.deepEqual(scene.judged(), { 'shop/a': 'refused', 'shop/b': 'routed' });
});

test('when another pod brings the namespace to its limit, the pods whose routes are cut are evaluated again', () => {
  const scene = new Scene({ maxRoutesPerNamespace: 1 });
  scene.apply(pod('b'));
  scene.inventory.takeDelta();
  assert.deepEqual(scene.judged(), { 'shop/b': 'routed' });
  scene.apply(pod('a'));
  scene.inventory.takeDelta();
  assert.deepEqual(scene.judged(), { 'shop/a': 'routed', 'shop/b': 'refused' });
});
